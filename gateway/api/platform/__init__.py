"""Calls of the platform and its operators: the feed, events, webhooks, sessions."""
