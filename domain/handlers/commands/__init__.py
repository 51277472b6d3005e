"""What members and agents ask of a ticket."""
