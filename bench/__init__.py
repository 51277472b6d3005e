"""Benchmarks on the real parts: `python -m bench`; exits with 1 when a bound is missed."""
