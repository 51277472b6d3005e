"""What agents see: search, queues, tickets, discrepancies."""
