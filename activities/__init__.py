"""Temporal activities: thin steps between the workflows and the adapters."""
