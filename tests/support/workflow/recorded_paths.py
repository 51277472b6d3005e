"""The paths a ticket can take, as short plays: their histories are recorded and replayed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from tests.support.claims import a_claim, an_early_claim, an_order
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.support.workflow.payloads import raw_payload

AWAITING: Final = "awaiting_cancellation_period"
OVER: Final = {"cancellation_ends_on": "2026-01-01"}
Steps = Callable[[TicketEnvironment], Awaitable[Any]]


@dataclass(frozen=True)
class RecordedPath:
    """A play, and the changes to Velotel's file that it needs."""

    run: Steps
    velotel: dict[str, Any] = field(default_factory=dict)


async def _resolved(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.skip_time(days=6)


async def _rejected(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("rejected", reason_code="order_not_found")


async def _cancelled(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.send_outcome("order_cancelled")


async def _withdrawn(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_update("withdraw", reason="found it")


async def _discarded(env: TicketEnvironment) -> None:
    await env.file(answers={})


async def _malformed(env: TicketEnvironment) -> None:
    await env.start_workflow(raw_payload(b"{"))


async def _held(env: TicketEnvironment) -> None:
    await env.file(an_early_claim())
    await env.skip_time(days=3)
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("confirmed", **OVER)


async def _decided(env: TicketEnvironment) -> None:
    await env.file_and_send(answers={"order_number": an_order()})
    await env.send_outcome("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await env.wait_for_state(AWAITING, "amount_undecided", "cancellation_end_unknown")
    reward = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="called them", reward=reward)


async def _refused_and_resent(env: TicketEnvironment) -> None:
    env.partner.queued_responses.append(CannedResponse(status=422))
    await env.file()
    await env.wait_for_state("validated", "partner_contract_fault")
    await env.send_update("resend_to_partner")
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("confirmed", **OVER)


async def _answered_too_soon(env: TicketEnvironment) -> None:
    gate = asyncio.Event()
    env.partner.default_response = CannedResponse(gate=gate)
    await env.file()
    await env.partner.wait_for_calls(1)
    await env.send_outcome("confirmed", **OVER)
    await env.wait_until_closed()
    gate.set()


async def _strays(env: TicketEnvironment) -> None:
    await env.file_and_send()
    for strange in (
        [raw_payload(b"{")],
        [],
        [{"outcome_id": "x"}],
        [raw_payload(b"\xff", b"binary/plain")],
    ):
        await env.signal("partner_outcome", *strange)
    await env.signal("no_such_signal", 1)
    await env.send_outcome("confirmed", partner_id="buchkiste")
    await env.wait_for_messages(*["malformed"] * 5, "wrong_partner")
    await _then_rejected(env)


async def _then_rejected(env: TicketEnvironment) -> None:
    await env.send_outcome("rejected", reason_code="other")


async def _silent(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)
    await env.wait_for_state("sent_to_partner", "partner_silent")
    await env.send_update("decide", outcome="rejected", reason_code="no_answer")


async def _falls_silent(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)


async def _already_rewarded(env: TicketEnvironment) -> None:
    order = an_order()
    for account in ("acc-1", "acc-2"):
        await env.file_and_send(account=account, order=order)
        await env.send_outcome("confirmed", **OVER)
        await env.wait_until_closed()


async def _tracked_late(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    await env.signal("reward_registered", {"reward_id": "rew-1"})


async def _asked(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await env.send_update("provide_information", answers={"order_number": an_order()})
    await env.wait_for_state("sent_to_partner")
    await _then_rejected(env)


async def _not_answered(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.send_outcome("information_requested", questions=["Which contract?"])
    await env.wait_for_state("information_requested")
    await env.wait_for_emails("confirmation", "information_needed")
    await env.skip_time(days=20)


async def _delivered_late(env: TicketEnvironment) -> None:
    env.partner.queued_responses.append(CannedResponse(status=429, headers={"retry-after": "7200"}))
    await env.file()
    await env.partner.wait_for_calls(1)
    await env.skip_time(hours=3)
    await env.wait_for_state("sent_to_partner")
    await env.skip_time(hours=4)
    await _then_rejected(env)


async def _database_gone(env: TicketEnvironment) -> None:
    claim = await env.prepare_claim(a_claim())
    env.database_proxy.cut()
    await env.start_workflow(claim)
    await env.skip_time(minutes=2)
    env.database_proxy.restore()
    await env.skip_time(minutes=1)
    await env.wait_for_state("sent_to_partner")
    await _then_rejected(env)


async def _partner_down(env: TicketEnvironment) -> None:
    env.partner.default_response = CannedResponse(status=500)
    await env.file()
    await env.skip_time(minutes=11)
    await env.wait_for_state("validated", "delivery_retrying")
    env.partner.default_response = CannedResponse()
    await env.skip_time(minutes=6)
    await env.wait_for_state("sent_to_partner")
    await _then_rejected(env)


_UP_TO: Final = {"amount": "100.00", "currency": "PLN"}
_CONFIRMS: Final = {
    "on_timeout": "confirm",
    "auto_confirm_max": _UP_TO,
    "auto_confirm_monthly_cap": _UP_TO,
}
_REMINDS: Final = {"deadline": "PT12H", "reminders": ["PT30M", "PT6H"]}
PATHS: Final[dict[str, RecordedPath]] = {
    "resolved": RecordedPath(_resolved),
    "rejected": RecordedPath(_rejected),
    "order-cancelled": RecordedPath(_cancelled),
    "withdrawn": RecordedPath(_withdrawn),
    "discarded": RecordedPath(_discarded),
    "malformed-input": RecordedPath(_malformed),
    "held-and-released": RecordedPath(_held, {"early_claims": "hold"}),
    "decided": RecordedPath(_decided),
    "refused-and-resent": RecordedPath(_refused_and_resent),
    "answered-before-acknowledged": RecordedPath(_answered_too_soon),
    "stray-messages": RecordedPath(_strays),
    "silent-and-decided": RecordedPath(_silent),
    "silence-rejects": RecordedPath(_falls_silent, {"response": {"on_timeout": "reject"}}),
    "silence-confirms": RecordedPath(_falls_silent, {"response": _CONFIRMS}),
    "already-rewarded": RecordedPath(_already_rewarded),
    "reward-registered": RecordedPath(_tracked_late),
    "question-answered": RecordedPath(_asked),
    "question-not-answered": RecordedPath(_not_answered, {"information": {"on_timeout": "reject"}}),
    "delivered-late": RecordedPath(_delivered_late, {"response": _REMINDS}),
    "database-gone": RecordedPath(_database_gone),
    "partner-down": RecordedPath(_partner_down),
}
