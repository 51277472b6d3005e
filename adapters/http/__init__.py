"""Outgoing HTTP calls."""
