"""A gateway under test, its callers, and what stands around it."""
