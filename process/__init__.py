"""What every program of the project does at its start and at its end."""
