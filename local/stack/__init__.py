"""The local stack: processes, ports, PostgreSQL, Temporal, settings of each program."""
