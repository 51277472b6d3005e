"""A gateway under test, its callers, and the servers around it."""
