"""Signalling stored partner outcomes that a call, a crash or an outage left undispatched."""

from background.context import JobContext
from workflows.outcome_dispatcher import OutcomeDispatcher


async def dispatch_stale_outcomes(context: JobContext) -> bool:
    """Signal the tickets with pending outcomes, partners in turn."""
    return await OutcomeDispatcher(context.temporal).dispatch_pending(context.database) > 0
