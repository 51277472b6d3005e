"""One outside library per file."""
