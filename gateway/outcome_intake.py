"""What partners' doors share, calls and links alike: outcomes are kept, then dispatched; what is
left goes in rounds, in which all partners have their turns.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from temporalio.service import RPCError

from adapters.postgres.outcomes import Kept, Key, keep_outcomes, known_outcomes
from adapters.security.webhook_signatures import Signed
from domain.errors import TransientError
from domain.tickets.messages.signals import PartnerOutcome
from gateway.context import AppContext
from workflows.outcome_dispatcher import OutcomeDispatcher

log = logging.getLogger("gateway")
_MAX_DISPATCHED_PER_CALL: Final = 32
"""Tickets that a call signals before it is answered; the rounds look after the others."""
_MAX_DISPATCHING_CALLS: Final = 2
"""Calls of one partner that signal at a time."""
_dispatching_calls: Final = Counter[str]()


class AcceptedOutcomes(NamedTuple):
    """What the books know of each outcome that was taken; those that are missing were not: the
    tickets of `numbers` are the partner's, and had no room for more.
    """

    known: Mapping[Key, Kept]
    numbers: frozenset[str]


async def accept_outcomes(
    context: AppContext,
    partner_id: str,
    outcomes: Sequence[PartnerOutcome],
    message: Signed | None = None,
) -> AcceptedOutcomes | None:
    """Keep a partner's outcomes, tell their tickets, and return what became of each.

    `None` where this very `message` came before. While Temporal is away they are kept all the same:
    the rounds tell them. Raises `DatabaseUnavailable`, and `RequestRejected("too_many_requests")`
    where their tickets have no room for any.
    """
    signed = message._asdict() if message else {}
    receipt = await keep_outcomes(context.postgres, partner_id, outcomes, **signed)
    if not receipt.is_new:
        return None
    known = await known_outcomes(context.postgres, partner_id, outcomes)
    waiting = sorted({number for (number, _), one in known.items() if one.code is None})
    if waiting and await _dispatch(context, partner_id, waiting[:_MAX_DISPATCHED_PER_CALL]):
        known = await known_outcomes(context.postgres, partner_id, outcomes)
    return AcceptedOutcomes(known, receipt.numbers)


async def _dispatch(context: AppContext, partner_id: str, numbers: Sequence[str]) -> bool:
    """Tell tickets what was kept for them; `False` where that is left to the rounds."""
    if _dispatching_calls[partner_id] >= _MAX_DISPATCHING_CALLS:
        return False
    _dispatching_calls[partner_id] += 1
    try:
        await OutcomeDispatcher(context.temporal).dispatch_pending(context.postgres, numbers)
    except (TransientError, RPCError) as error:
        log.warning("outcomes are told later: %s", type(error).__name__)
    finally:
        _dispatching_calls[partner_id] -= 1
    return True
