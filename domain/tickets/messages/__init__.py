"""Messages to a running ticket."""
