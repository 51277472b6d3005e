"""The local stack for trying out and testing: real servers on loopback, with separate state.

May import everything below the programs; only tests, benchmarks and scripts import it.
"""
