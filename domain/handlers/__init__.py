"""What each message and deadline does to a ticket."""
