"""What every HTTP call shares: authentication, problems, limits, OpenAPI."""
