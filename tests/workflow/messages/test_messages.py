"""What cannot be read, or comes at the wrong moment: kept, answered with a code, and harmless."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from adapters.postgres.grants import list_grants
from tests.support.polling import wait_until
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.payloads import raw_payload
from tests.workflow.transitions.test_transitions import AWAITING, LED_BY

OTHERS: Final = {"outcome_id": "evt-x", "partner_id": "buchkiste", "outcome": "confirmed"}
STRANGE: Final[list[tuple[str, list[object]]]] = [
    ("partner_outcome", [raw_payload(b"{")]),
    ("partner_outcome", []),
    ("partner_outcome", [OTHERS, OTHERS]),
    ("partner_outcome", ["confirmed"]),
    ("partner_outcome", [None]),
    ("partner_outcome", [raw_payload(b"\x00\xff", b"binary/plain")]),
    ("partner_outcome", [raw_payload(b"", b"binary/null")]),
    ("partner_outcome", [OTHERS | {"outcome": "perhaps"}]),
    ("partner_outcome", [OTHERS | {"outcome_id": 7}]),
    ("partner_outcome", [OTHERS | {"reward": {"amount": "NaN", "currency": "PLN"}}]),
    ("partner_outcome", [raw_payload(rb'{"outcome_id": "evt-x", "note": "\ud800"}')]),
    ("partner_outcome", [OTHERS | {"note": "x" * 300_000}]),
    ("partner_outcome", [raw_payload(b"[" * 100_000)]),
    ("reward_registered", [{"reward_id": ""}]),
    ("no_such_signal", [{}]),
]


async def refused_with(code: str, asking: Awaitable[object]) -> ApplicationError:
    """The refusal of an update, which must carry this code."""
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await asking
    cause = caught.value.cause
    assert isinstance(cause, ApplicationError)
    assert cause.type == code
    return cause


async def is_unmoved_and_ends_well(env: TicketEnvironment) -> None:
    """The ticket stands where it stood, answers, and still comes to its proper end."""
    assert (await env.snapshot()).state == "sent_to_partner"
    assert await env.transitions() == LED_BY["sent_to_partner"]
    await env.send_outcome("rejected", reason_code="order_not_found")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    assert (await env.snapshot()).state == "rejected"


async def test_signals_that_cannot_be_read_are_kept_and_move_nothing(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    for name, arguments in STRANGE:
        await env.signal(name, *arguments)
    notes = await env.wait_for_messages(*["malformed"] * len(STRANGE))
    assert [note["message"] for note in notes] == [name for name, _ in STRANGE]
    await is_unmoved_and_ends_well(env)


async def test_a_signal_with_half_a_character_in_a_name_is_kept(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.signal("partner_outcome", raw_payload(rb'{"\ud800": 1}'))
    await env.wait_for_messages("malformed")
    await is_unmoved_and_ends_well(env)


async def test_an_outcome_that_is_not_for_this_ticket_moves_nothing(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.signal("partner_outcome", OTHERS)
    await env.send_outcome("confirmed", number="ZW-4KQ7-P9XT-M2AB-Z")
    await env.send_outcome("confirmed", number="not a number")
    notes = await env.wait_for_messages("wrong_partner", "wrong_ticket", "wrong_ticket")
    assert notes[0]["actor"] == "partner:buchkiste"
    assert notes[0]["seq"] is None
    await is_unmoved_and_ends_well(env)


async def test_a_repeated_outcome_counts_once(env: TicketEnvironment) -> None:
    """By its id; what says something else under it is told apart, and moves nothing either."""
    await env.file_and_send()
    await env.send_outcome("confirmed", outcome_id="evt-1", number=env.number.lower())
    await env.wait_for_state(AWAITING)
    await env.send_outcome("confirmed", outcome_id="evt-1")
    await env.send_outcome("order_cancelled", outcome_id="evt-1")
    await env.wait_for_messages("applied", "duplicate_message", "outcome_id_reused")
    assert await env.transitions() == LED_BY[AWAITING]
    await env.skip_time(days=6)
    assert (await env.wait_until_closed()).state == "resolved"
    assert len(await list_grants(env.postgres)) == 1


async def test_unknown_fields_are_ignored_and_noted(env: TicketEnvironment) -> None:
    await env.file(loyalty_points=12)
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("rejected", reason_code="other", weather="rain")
    await env.wait_until_closed()
    filed, told = await env.wait_for_messages("unknown_fields", "applied")
    assert "loyalty_points" in str(filed["body"])
    assert "weather" in str(told["body"])
    assert told["seq"] == 3


async def test_what_comes_too_soon_or_too_late_is_kept(env: TicketEnvironment) -> None:
    """A message that no arrow allows moves nothing."""
    await env.file_and_confirm()
    await env.send_outcome("information_requested", questions=["Which one?"])
    await env.send_outcome("confirmed")
    await env.wait_for_messages("applied", "action_not_allowed", "unchanged")
    assert await env.transitions() == LED_BY[AWAITING]


async def test_a_stray_message_does_not_rewind_the_partners_deadline(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    due_at = (await env.row())["due_at"]
    await env.skip_time(days=13)
    await env.signal("partner_outcome", OTHERS)
    await env.wait_for_messages("wrong_partner")
    assert (await env.row())["due_at"] == due_at
    await env.skip_time(days=2)
    await env.wait_for_state("sent_to_partner", "partner_silent")


@pytest.mark.parametrize(
    ("update", "sent"),
    [
        ("withdraw", [raw_payload(b"{")]),
        ("withdraw", [{}, {}]),
        ("withdraw", ["please"]),
        ("decide", [{"request_id": "r", "actor": "a", "outcome": "rejected"}]),
        ("decide", [{"request_id": "r", "actor": "a", "outcome": "maybe", "note": "x"}]),
        ("resend_to_partner", [{"request_id": "", "actor": "a"}]),
        ("provide_information", [raw_payload(rb'{"answers": {"\ud800": "\ud800"}, "\udfff": 1}')]),
    ],
)
async def test_a_malformed_update_is_told_so(
    env: TicketEnvironment, update: str, sent: list[object]
) -> None:
    await env.file_and_send()
    await refused_with("malformed", env.send_update(update, *sent))
    (note,) = await env.wait_for_messages("malformed")
    assert note["message"] == update
    await is_unmoved_and_ends_well(env)


async def test_an_update_that_no_arrow_allows_is_told_so(env: TicketEnvironment) -> None:
    await env.file_and_confirm()
    for update, content in [
        ("withdraw", {}),
        ("resend_to_partner", {}),
        ("decide", {"outcome": "rejected", "reason_code": "other"}),
    ]:
        await refused_with("action_not_allowed", env.send_update(update, **content))
    await env.wait_for_messages("applied", *["action_not_allowed"] * 3)
    assert await env.transitions() == LED_BY[AWAITING]


async def test_an_update_that_nobody_knows_breaks_nothing(env: TicketEnvironment) -> None:
    await env.file_and_send()
    with pytest.raises(WorkflowUpdateFailedError):
        await env.send_update("no_such_update")
    await is_unmoved_and_ends_well(env)


async def test_a_repeated_request_gets_its_first_answer(env: TicketEnvironment) -> None:
    """Also a refusal, also at the same moment; what asks for something else is refused."""
    await env.file_and_send()
    resend: dict[str, Any] = {"request_id": "once", "actor": "agent-7"}
    answers = await asyncio.gather(
        *[env.send_update("resend_to_partner", resend) for _ in range(3)]
    )
    assert answers[0] == answers[1] == answers[2]
    await env.partner.wait_for_calls(2)
    await refused_with("key_reused", env.send_update("withdraw", resend))
    other = resend | {"reason": "changed my mind"}
    await refused_with("key_reused", env.send_update("resend_to_partner", other))
    late = {"request_id": "late", "actor": "agent-7"}
    await env.send_outcome("confirmed")
    await env.wait_for_state(AWAITING)
    for _ in range(2):
        await refused_with("action_not_allowed", env.send_update("withdraw", late))
    assert await env.send_update("resend_to_partner", resend) == answers[0]
    assert len(env.partner.calls) == 2
    codes = [note["code"] for note in await env.message_log()]
    assert codes == ["applied", "applied", "action_not_allowed"]


async def test_a_ticket_can_be_asked_before_during_and_after(real_env: TicketEnvironment) -> None:
    """Messages that come before the claim is admitted are heard when it is."""
    env = real_env
    env.database_proxy.cut()
    claim = await env.prepare_claim()
    await env.start_workflow(claim)
    assert (await env.snapshot()).state == "created"
    asking = asyncio.create_task(env.send_update("withdraw"))
    await refused_with("malformed", _when_mended(env, env.send_update("decide", {})))
    assert (await asking).state == "withdrawn"
    await env.wait_until_closed()
    seen = await env.snapshot()
    assert [move.to for move in seen.transitions] == ["validated", "withdrawn"]
    assert "acc-1001" not in seen.model_dump_json()


async def _when_mended(env: TicketEnvironment, asking: Awaitable[object]) -> object:
    task = asyncio.ensure_future(asking)
    await wait_until(env.history_events, lambda events: "WORKFLOW_TASK_SCHEDULED" in events)
    env.database_proxy.restore()
    return await task
