"""Decisions that need locks: settlement, information, automatic confirmation, approvals."""
