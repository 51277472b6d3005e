"""A mail server that keeps what it gets, with a page to read it."""
