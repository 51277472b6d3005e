"""Background jobs: outcome sweep, reward re-check, event sequencing, webhooks."""
