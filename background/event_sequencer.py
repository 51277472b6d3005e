"""Giving new transitions their sequence numbers in the event feed."""

from adapters.postgres.platform.event_log import sequence_transitions
from background.context import JobContext
from background.webhook_backoff import RETRY_WINDOW


async def sequence_events(context: JobContext) -> bool:
    """Assign sequence numbers to new transitions, and create their webhooks if there are any."""
    return await sequence_transitions(context.database, RETRY_WINDOW if context.webhooks else None)
