"""The embedded stack for trying out and testing: real servers, on loopback, with state of its own.

May import everything below the programs; only tests, benchmarks and scripts import it.
"""
