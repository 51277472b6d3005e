"""What partners' doors share, calls and links alike: outcomes are kept, then told; what a crash
left untold is told later.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from temporalio.service import RPCError

from adapters.outcomes import Kept, Key, keep_outcomes, known_outcomes
from adapters.signatures import Signed
from domain.errors import Unavailable
from domain.messages import PartnerOutcome
from gateway.parts import Parts
from workflows.telling import Teller

log = logging.getLogger("gateway")
_TURN: Final = 2.0
"""Seconds that a call waits for its turn to tell; telling keeps a connection to the books."""
_telling: Final = asyncio.Semaphore(4)


async def take_outcomes(
    parts: Parts, partner_id: str, outcomes: Sequence[PartnerOutcome], message: Signed | None = None
) -> Mapping[Key, Kept] | None:
    """Keep a partner's outcomes, tell their tickets, and return what the books then know of each;
    those about tickets that it does not know of are missing there.

    `None` where this very `message` came before. While Temporal is away they are kept all the same:
    the sweeper tells them. Raises `DatabaseUnavailable`.
    """
    signed = message._asdict() if message else {}
    if not await keep_outcomes(parts.postgres, partner_id, outcomes, **signed):
        return None
    kept = await known_outcomes(parts.postgres, partner_id, outcomes)
    waiting = sorted({number for (number, _), one in kept.items() if one.code is None})
    if not waiting or not await _tell(parts, waiting):
        return kept
    return await known_outcomes(parts.postgres, partner_id, outcomes)


async def _tell(parts: Parts, numbers: Sequence[str]) -> bool:
    """Tell tickets what was kept for them; `False` where that is left to the sweeper."""
    try:
        async with asyncio.timeout(_TURN):
            await _telling.acquire()
    except TimeoutError:
        return False
    try:
        await Teller(parts.client).tell_kept(parts.postgres, numbers)
    except (Unavailable, RPCError) as error:
        log.warning("outcomes are told later: %s", type(error).__name__)
    finally:
        _telling.release()
    return True


async def tell_what_was_left(parts: Parts) -> bool:
    """Tell tickets what a crash, or Temporal's absence, left untold; a round of `rounds.py`."""
    return await Teller(parts.client).tell_kept(parts.postgres) > 0
