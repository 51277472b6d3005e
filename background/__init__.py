"""Background jobs that the worker runs beside its task queues."""
