"""The rules of claims and tickets: no I/O, no system clock, no Temporal."""
