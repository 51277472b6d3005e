"""The embedded stack for trying out and testing: real servers, on loopback, with state of its own.

May import everything below the doors; nothing but tests imports it.
"""
