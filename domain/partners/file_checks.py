"""Checks that apply to partner files only, not to stored rules."""

from typing import Final

from pydantic import ValidationInfo

STORED: Final = {"stored": True}
"""Validation context of rules from the database: tickets keep rules that newer checks refuse."""


def is_from_file(info: ValidationInfo) -> bool:
    """Say whether the validated content comes from a partner's file."""
    return info.context is not STORED
