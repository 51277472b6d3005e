"""The paths a ticket can take, as short plays: their histories are recorded and replayed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.claims import a_claim, an_early_claim, an_order
from tests.support.environment import Stage, raw
from tests.support.partner_server import Says

AWAITING: Final = "awaiting_cancellation_period"
OVER: Final = {"cancellation_ends_on": "2026-01-01"}
Play = Callable[[Stage], Awaitable[Any]]


@dataclass(frozen=True)
class Path:
    """A play, and the changes to Velotel's file that it needs."""

    play: Play
    velotel: dict[str, Any] = field(default_factory=dict)


async def _resolved(stage: Stage) -> None:
    await stage.filed_and_confirmed()
    await stage.pass_time(days=6)


async def _rejected(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.partner_says("rejected", reason_code="order_not_found")


async def _cancelled(stage: Stage) -> None:
    await stage.filed_and_confirmed()
    await stage.partner_says("order_cancelled")


async def _withdrawn(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.ask("withdraw", reason="found it")


async def _discarded(stage: Stage) -> None:
    await stage.file(answers={})


async def _malformed(stage: Stage) -> None:
    await stage.begin(raw(b"{"))


async def _held(stage: Stage) -> None:
    await stage.file(an_early_claim())
    await stage.pass_time(days=3)
    await stage.stands("sent_to_partner")
    await stage.partner_says("confirmed", **OVER)


async def _decided(stage: Stage) -> None:
    await stage.filed_and_sent(answers={"order_number": an_order()})
    await stage.partner_says("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await stage.stands(AWAITING, "amount_undecided", "cancellation_end_unknown")
    reward = {"amount": "40.00", "currency": "PLN"}
    await stage.ask("decide", outcome="confirmed", note="called them", reward=reward)


async def _refused_and_resent(stage: Stage) -> None:
    stage.partner.next_answers.append(Says(status=422))
    await stage.file()
    await stage.stands("validated", "partner_contract_fault")
    await stage.ask("resend_to_partner")
    await stage.stands("sent_to_partner")
    await stage.partner_says("confirmed", **OVER)


async def _answered_too_soon(stage: Stage) -> None:
    gate = asyncio.Event()
    stage.partner.answer = Says(gate=gate)
    await stage.file()
    await stage.partner.called(1)
    await stage.partner_says("confirmed", **OVER)
    await stage.ended()
    gate.set()


async def _strays(stage: Stage) -> None:
    await stage.filed_and_sent()
    for strange in ([raw(b"{")], [], [{"outcome_id": "x"}], [raw(b"\xff", b"binary/plain")]):
        await stage.signal("partner_outcome", *strange)
    await stage.signal("no_such_signal", 1)
    await stage.partner_says("confirmed", partner_id="buchkiste")
    await stage.noted(*["malformed"] * 5, "other_partner")
    await _then_rejected(stage)


async def _then_rejected(stage: Stage) -> None:
    await stage.partner_says("rejected", reason_code="other")


async def _silent(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.pass_time(days=15)
    await stage.stands("sent_to_partner", "partner_silent")
    await stage.ask("decide", outcome="rejected", reason_code="no_answer")


async def _falls_silent(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.pass_time(days=15)


async def _already_rewarded(stage: Stage) -> None:
    order = an_order()
    for account in ("acc-1", "acc-2"):
        await stage.filed_and_sent(account=account, order=order)
        await stage.partner_says("confirmed", **OVER)
        await stage.ended()


async def _tracked_late(stage: Stage) -> None:
    await stage.filed_and_confirmed()
    await stage.signal("reward_registered", {"reward_id": "rew-1"})


async def _asked(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.partner_says("information_requested", questions=["Which contract?"])
    await stage.stands("information_requested")
    await stage.got_letters("confirmation", "information_needed")
    await stage.ask("provide_information", answers={"order_number": an_order()})
    await stage.stands("sent_to_partner")
    await _then_rejected(stage)


async def _not_answered(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.partner_says("information_requested", questions=["Which contract?"])
    await stage.stands("information_requested")
    await stage.got_letters("confirmation", "information_needed")
    await stage.pass_time(days=20)


async def _delivered_late(stage: Stage) -> None:
    stage.partner.next_answers.append(Says(status=429, headers={"retry-after": "7200"}))
    await stage.file()
    await stage.partner.called(1)
    await stage.pass_time(hours=3)
    await stage.stands("sent_to_partner")
    await stage.pass_time(hours=4)
    await _then_rejected(stage)


async def _database_gone(stage: Stage) -> None:
    claim = await stage.prepare(a_claim())
    stage.database_wire.cut()
    await stage.begin(claim)
    await stage.pass_time(minutes=2)
    stage.database_wire.mend()
    await stage.pass_time(minutes=1)
    await stage.stands("sent_to_partner")
    await _then_rejected(stage)


async def _partner_down(stage: Stage) -> None:
    stage.partner.answer = Says(status=500)
    await stage.file()
    await stage.pass_time(minutes=11)
    await stage.stands("validated", "delivery_retrying")
    stage.partner.answer = Says()
    await stage.pass_time(minutes=6)
    await stage.stands("sent_to_partner")
    await _then_rejected(stage)


_UP_TO: Final = {"amount": "100.00", "currency": "PLN"}
_CONFIRMS: Final = {
    "on_timeout": "confirm",
    "auto_confirm_max": _UP_TO,
    "auto_confirm_monthly_cap": _UP_TO,
}
_REMINDS: Final = {"deadline": "PT12H", "reminders": ["PT30M", "PT6H"]}
PATHS: Final[dict[str, Path]] = {
    "resolved": Path(_resolved),
    "rejected": Path(_rejected),
    "order-cancelled": Path(_cancelled),
    "withdrawn": Path(_withdrawn),
    "discarded": Path(_discarded),
    "malformed-input": Path(_malformed),
    "held-and-released": Path(_held, {"early_claims": "hold"}),
    "decided": Path(_decided),
    "refused-and-resent": Path(_refused_and_resent),
    "answered-before-acknowledged": Path(_answered_too_soon),
    "stray-messages": Path(_strays),
    "silent-and-decided": Path(_silent),
    "silence-rejects": Path(_falls_silent, {"response": {"on_timeout": "reject"}}),
    "silence-confirms": Path(_falls_silent, {"response": _CONFIRMS}),
    "already-rewarded": Path(_already_rewarded),
    "reward-registered": Path(_tracked_late),
    "question-answered": Path(_asked),
    "question-not-answered": Path(_not_answered, {"information": {"on_timeout": "reject"}}),
    "delivered-late": Path(_delivered_late, {"response": _REMINDS}),
    "database-gone": Path(_database_gone),
    "partner-down": Path(_partner_down),
}
