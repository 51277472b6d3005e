"""Claims: the facts that they are judged by, and their admission."""
