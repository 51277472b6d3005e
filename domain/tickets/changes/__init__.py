"""What one step adds to a ticket, and how it is stored."""
