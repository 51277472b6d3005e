"""A mail server that stores what it receives, with pages to read it."""
