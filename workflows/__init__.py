"""The workflow of a ticket, and the programs that start, signal and repair one."""
