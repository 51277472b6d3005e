"""How a workflow calls its activities: retries, failures and escalation."""
