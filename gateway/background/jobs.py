"""What the gateway does by itself, again and again: each round is safe to run in every process."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from temporalio.service import RPCError

from domain.errors import TransientError
from gateway.background import webhook_sender
from gateway.background.lost_tickets import find_lost
from gateway.background.reward_recheck import recheck_rewards
from gateway.context import AppContext
from gateway.http.middleware import error_location
from gateway.http.security_log import log_suppressed
from gateway.outcome_intake import dispatch_stale_outcomes

log = logging.getLogger("gateway")
Round = Callable[[AppContext], Awaitable[bool]]
"""Does some work; says whether there may be more at once."""
PAUSE: Final = 1.0
"""Seconds between two looks when there was nothing to do."""
PAUSE_AFTER_TROUBLE: Final = 5.0


async def _tell_left_out(context: AppContext) -> bool:
    """Let the security log say what it left out, also when nothing more happens."""
    log_suppressed()
    return False


ROUNDS: Final[Sequence[Round]] = (
    find_lost,
    dispatch_stale_outcomes,
    recheck_rewards,
    webhook_sender.place,
    webhook_sender.send,
    _tell_left_out,
)


@asynccontextmanager
async def going_round(context: AppContext, rounds: Sequence[Round] = ROUNDS) -> AsyncIterator[None]:
    """Let the rounds go on meanwhile."""
    tasks = [asyncio.create_task(_again_and_again(one, context)) for one in rounds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task


async def _again_and_again(one: Round, context: AppContext) -> None:
    while True:
        try:
            more = await one(context)
        except (TransientError, RPCError, RuntimeError) as error:
            log.warning("a round is tried again: %s", type(error).__name__)
            await asyncio.sleep(PAUSE_AFTER_TROUBLE)
        except Exception as error:
            log.error("a bug in a round: %s", error_location(error))
            await asyncio.sleep(PAUSE_AFTER_TROUBLE)
        else:
            await asyncio.sleep(0 if more else PAUSE)
