"""What one ticket keeps has an end, whatever is sent to it (docs/decisions/0052)."""

from typing import Final

MAX_PENDING_MESSAGES: Final = 50
"""Notes that wait to be written down together."""
MAX_PENDING_UNLOGGED_MESSAGES: Final = 200
"""Messages that were heard and leave no note, before that is written down."""
MAX_QUESTIONS_PER_TICKET: Final = 50
"""So often one member is asked about one ticket."""
MAX_UNAPPLIED_MESSAGES: Final = 200
"""So many messages that changed nothing are kept of a ticket; of more, only the number."""
MAX_LOGGED_DISCREPANCIES: Final = 20
"""So many that contradict the ticket are kept beyond that: noise leaves room for them."""
