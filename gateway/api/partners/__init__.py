"""Calls of partners, and what the platform asks about a partner."""
