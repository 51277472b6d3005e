"""The fault suite: killed processes and outages."""
