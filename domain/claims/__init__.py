"""A claim, and what it is assessed by: its form, its context and the known facts."""
