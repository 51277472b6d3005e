"""Limits of the calls to partners: rate, concurrency and circuit breaker."""
