"""Limits of what one ticket stores, however much is sent to it (docs/decisions/0012)."""

from typing import Final

MAX_PENDING_MESSAGES: Final = 50
"""Log entries that are stored together."""
MAX_PENDING_UNLOGGED_MESSAGES: Final = 200
"""Handled messages without a log entry, before their number is stored."""
MAX_QUESTIONS_PER_TICKET: Final = 50
"""Questions to one member about one ticket."""
MAX_UNAPPLIED_MESSAGES: Final = 200
"""Messages without effect that are logged; further ones are only counted."""
MAX_LOGGED_DISCREPANCIES: Final = 20
"""Further room in the log for discrepancies, which noise must not displace."""
