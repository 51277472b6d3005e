"""When a history is long, and what one activation and one continued run may take."""

from typing import Final

from temporalio import workflow

CONTINUING: Final = "continuing"
"""Error type of an update that arrives while a history is about to be continued: send it again."""
MAX_HISTORY_EVENTS: Final = 2_000
MAX_HISTORY_BYTES: Final = 2_000_000
"""A history beyond these is continued as a new one; Temporal warns at five times as much."""
MAX_CARRIED_SIGNAL_BYTES: Final = 256 * 1024
"""This much of waiting signals is passed to the next run; more is handled before."""
MAX_MESSAGES_PER_ACTIVATION: Final = 200
"""This many are decoded and handled within the SDK's two seconds for an activation."""


def is_history_long() -> bool:
    """Return whether to continue as new: by the events, the size, or the server's suggestion."""
    info = workflow.info()
    return (
        info.get_current_history_length() >= MAX_HISTORY_EVENTS
        or info.get_current_history_size() >= MAX_HISTORY_BYTES
        or info.is_continue_as_new_suggested()
    )
