"""Messages to a ticket: decoded, queued, and answered."""
