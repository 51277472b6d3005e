"""A claim and what it is judged by: its form, its context and the known facts."""
