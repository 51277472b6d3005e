"""Shared intake of partner outcomes from the API and from links: store, then signal the tickets.

The outcome sweeper of the worker signals whatever a crash or an outage left.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from temporalio.service import RPCError

from adapters.postgres.partners.outcome_records import OutcomeKey, StoredOutcome, find_outcomes
from adapters.postgres.partners.outcomes import store_outcomes
from adapters.security.webhook_signatures import SignedMessage
from domain.errors import TransientError
from domain.tickets.messages.signals import PartnerOutcome
from gateway.context import AppContext
from workflows.outcome_dispatcher import OutcomeDispatcher

log = logging.getLogger("gateway")
_MAX_DISPATCHED_PER_CALL: Final = 32
"""Tickets that are signalled before the response; the sweeper signals the others."""
_MAX_DISPATCHING_CALLS: Final = 2
"""Concurrent requests of one partner that signal tickets."""
_dispatching_calls: Final = Counter[str]()


class AcceptedOutcomes(NamedTuple):
    """The stored outcomes of a request. A missing one was not stored: its ticket, one of `numbers`,
    takes no more outcomes, or is not the partner's.
    """

    known: Mapping[OutcomeKey, StoredOutcome]
    numbers: frozenset[str]


async def accept_outcomes(
    context: AppContext,
    partner_id: str,
    outcomes: Sequence[PartnerOutcome],
    message: SignedMessage | None = None,
) -> AcceptedOutcomes | None:
    """Store a partner's outcomes, signal their tickets, and return the stored outcomes.

    Returns `None` for a replayed `message`. While Temporal is unavailable, outcomes are stored and
    signalled later. Raises `DatabaseUnavailable`, and `RequestRejected("too_many_requests")` if
    none of the tickets takes more outcomes.
    """
    identity = message._asdict() if message else {}
    receipt = await store_outcomes(context.database, partner_id, outcomes, **identity)
    if not receipt.is_new:
        return None
    known = await find_outcomes(context.database, partner_id, outcomes)
    pending = sorted({number for (number, _), one in known.items() if one.code is None})
    if pending and await _dispatch(context, partner_id, pending[:_MAX_DISPATCHED_PER_CALL]):
        known = await find_outcomes(context.database, partner_id, outcomes)
    return AcceptedOutcomes(known, receipt.numbers)


async def _dispatch(context: AppContext, partner_id: str, numbers: Sequence[str]) -> bool:
    """Signal the tickets; return `False` if that is left to the sweeper."""
    if _dispatching_calls[partner_id] >= _MAX_DISPATCHING_CALLS:
        return False
    _dispatching_calls[partner_id] += 1
    try:
        await OutcomeDispatcher(context.temporal).dispatch_pending(context.database, numbers)
    except (TransientError, RPCError) as error:
        log.warning("outcomes will be dispatched later: %s", type(error).__name__)
    finally:
        _dispatching_calls[partner_id] -= 1
    return True
