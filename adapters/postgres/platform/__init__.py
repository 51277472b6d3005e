"""The platform's feed, events and webhooks."""
