"""Partners that answer by script: over HTTP, by link, by file."""
