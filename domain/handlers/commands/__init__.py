"""Commands of members and agents to a ticket."""
