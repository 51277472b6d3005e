"""The story of a ticket, and how to start one."""
