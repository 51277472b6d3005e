"""The shapes of requests and responses, with examples."""
