"""What each message does to a ticket."""
