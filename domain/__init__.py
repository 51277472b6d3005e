"""What is true about claims and tickets: no I/O, no clock, no Temporal."""
