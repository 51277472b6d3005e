"""Tokens, signed links and signatures."""
