"""Calls to others over HTTP."""
