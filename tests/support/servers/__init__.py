"""Servers and programs that tests start."""
