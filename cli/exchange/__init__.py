"""Partners' files: exporting claims and importing outcomes."""
