"""What cannot be read, or comes at the wrong moment: kept, answered with a code, and harmless."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from adapters.postgres.grants import list_grants
from tests.support.environment import Stage, raw, until
from tests.workflow.transitions.test_transitions import AWAITING, LED_BY

OTHERS: Final = {"outcome_id": "evt-x", "partner_id": "buchkiste", "outcome": "confirmed"}
STRANGE: Final[list[tuple[str, list[object]]]] = [
    ("partner_outcome", [raw(b"{")]),
    ("partner_outcome", []),
    ("partner_outcome", [OTHERS, OTHERS]),
    ("partner_outcome", ["confirmed"]),
    ("partner_outcome", [None]),
    ("partner_outcome", [raw(b"\x00\xff", b"binary/plain")]),
    ("partner_outcome", [raw(b"", b"binary/null")]),
    ("partner_outcome", [OTHERS | {"outcome": "perhaps"}]),
    ("partner_outcome", [OTHERS | {"outcome_id": 7}]),
    ("partner_outcome", [OTHERS | {"reward": {"amount": "NaN", "currency": "PLN"}}]),
    ("partner_outcome", [raw(rb'{"outcome_id": "evt-x", "note": "\ud800"}')]),
    ("partner_outcome", [OTHERS | {"note": "x" * 300_000}]),
    ("partner_outcome", [raw(b"[" * 100_000)]),
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


async def is_unmoved_and_ends_well(stage: Stage) -> None:
    """The ticket stands where it stood, answers, and still comes to its proper end."""
    assert (await stage.snapshot()).state == "sent_to_partner"
    assert await stage.moves() == LED_BY["sent_to_partner"]
    await stage.partner_says("rejected", reason_code="order_not_found")
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("rejected", "order_not_found")
    assert (await stage.snapshot()).state == "rejected"


async def test_signals_that_cannot_be_read_are_kept_and_move_nothing(stage: Stage) -> None:
    await stage.filed_and_sent()
    for name, arguments in STRANGE:
        await stage.signal(name, *arguments)
    notes = await stage.noted(*["malformed"] * len(STRANGE))
    assert [note["message"] for note in notes] == [name for name, _ in STRANGE]
    await is_unmoved_and_ends_well(stage)


async def test_a_signal_with_half_a_character_in_a_name_is_kept(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.signal("partner_outcome", raw(rb'{"\ud800": 1}'))
    await stage.noted("malformed")
    await is_unmoved_and_ends_well(stage)


async def test_an_outcome_that_is_not_for_this_ticket_moves_nothing(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.signal("partner_outcome", OTHERS)
    await stage.partner_says("confirmed", number="ZW-4KQ7-P9XT-M2AB-Z")
    await stage.partner_says("confirmed", number="not a number")
    notes = await stage.noted("other_partner", "other_ticket", "other_ticket")
    assert notes[0]["actor"] == "partner:buchkiste"
    assert notes[0]["seq"] is None
    await is_unmoved_and_ends_well(stage)


async def test_a_repeated_outcome_counts_once(stage: Stage) -> None:
    """By its id; what says something else under it is told apart, and moves nothing either."""
    await stage.filed_and_sent()
    await stage.partner_says("confirmed", outcome_id="evt-1", number=stage.number.lower())
    await stage.stands(AWAITING)
    await stage.partner_says("confirmed", outcome_id="evt-1")
    await stage.partner_says("order_cancelled", outcome_id="evt-1")
    await stage.noted("applied", "repeated", "outcome_id_reused")
    assert await stage.moves() == LED_BY[AWAITING]
    await stage.pass_time(days=6)
    assert (await stage.ended()).state == "resolved"
    assert len(await list_grants(stage.postgres)) == 1


async def test_unknown_fields_are_ignored_and_noted(stage: Stage) -> None:
    await stage.file(loyalty_points=12)
    await stage.stands("sent_to_partner")
    await stage.partner_says("rejected", reason_code="other", weather="rain")
    await stage.ended()
    filed, told = await stage.noted("unknown_fields", "applied")
    assert "loyalty_points" in str(filed["body"])
    assert "weather" in str(told["body"])
    assert told["seq"] == 3


async def test_what_comes_too_soon_or_too_late_is_kept(stage: Stage) -> None:
    """A message that no arrow allows moves nothing."""
    await stage.filed_and_confirmed()
    await stage.partner_says("information_requested", questions=["Which one?"])
    await stage.partner_says("confirmed")
    await stage.noted("applied", "not_possible_now", "unchanged")
    assert await stage.moves() == LED_BY[AWAITING]


async def test_a_stray_message_does_not_rewind_the_partners_deadline(stage: Stage) -> None:
    await stage.filed_and_sent()
    due_at = (await stage.row())["due_at"]
    await stage.pass_time(days=13)
    await stage.signal("partner_outcome", OTHERS)
    await stage.noted("other_partner")
    assert (await stage.row())["due_at"] == due_at
    await stage.pass_time(days=2)
    await stage.stands("sent_to_partner", "partner_silent")


@pytest.mark.parametrize(
    ("update", "sent"),
    [
        ("withdraw", [raw(b"{")]),
        ("withdraw", [{}, {}]),
        ("withdraw", ["please"]),
        ("decide", [{"request_id": "r", "actor": "a", "outcome": "rejected"}]),
        ("decide", [{"request_id": "r", "actor": "a", "outcome": "maybe", "note": "x"}]),
        ("resend_to_partner", [{"request_id": "", "actor": "a"}]),
        ("provide_information", [raw(rb'{"answers": {"\ud800": "\ud800"}, "\udfff": 1}')]),
    ],
)
async def test_a_malformed_update_is_told_so(stage: Stage, update: str, sent: list[object]) -> None:
    await stage.filed_and_sent()
    await refused_with("malformed", stage.ask(update, *sent))
    (note,) = await stage.noted("malformed")
    assert note["message"] == update
    await is_unmoved_and_ends_well(stage)


async def test_an_update_that_no_arrow_allows_is_told_so(stage: Stage) -> None:
    await stage.filed_and_confirmed()
    for update, content in [
        ("withdraw", {}),
        ("resend_to_partner", {}),
        ("decide", {"outcome": "rejected", "reason_code": "other"}),
    ]:
        await refused_with("not_possible_now", stage.ask(update, **content))
    await stage.noted("applied", *["not_possible_now"] * 3)
    assert await stage.moves() == LED_BY[AWAITING]


async def test_an_update_that_nobody_knows_breaks_nothing(stage: Stage) -> None:
    await stage.filed_and_sent()
    with pytest.raises(WorkflowUpdateFailedError):
        await stage.ask("no_such_update")
    await is_unmoved_and_ends_well(stage)


async def test_a_repeated_request_gets_its_first_answer(stage: Stage) -> None:
    """Also a refusal, also at the same moment; what asks for something else is refused."""
    await stage.filed_and_sent()
    resend: dict[str, Any] = {"request_id": "once", "actor": "agent-7"}
    answers = await asyncio.gather(*[stage.ask("resend_to_partner", resend) for _ in range(3)])
    assert answers[0] == answers[1] == answers[2]
    await stage.partner.called(2)
    await refused_with("key_reused", stage.ask("withdraw", resend))
    other = resend | {"reason": "changed my mind"}
    await refused_with("key_reused", stage.ask("resend_to_partner", other))
    late = {"request_id": "late", "actor": "agent-7"}
    await stage.partner_says("confirmed")
    await stage.stands(AWAITING)
    for _ in range(2):
        await refused_with("not_possible_now", stage.ask("withdraw", late))
    assert await stage.ask("resend_to_partner", resend) == answers[0]
    assert len(stage.partner.calls) == 2
    codes = [note["code"] for note in await stage.notes()]
    assert codes == ["applied", "applied", "not_possible_now"]


async def test_a_ticket_can_be_asked_before_during_and_after(real_stage: Stage) -> None:
    """Messages that come before the claim is admitted are heard when it is."""
    stage = real_stage
    stage.database_wire.cut()
    claim = await stage.prepare()
    await stage.begin(claim)
    assert (await stage.snapshot()).state == "created"
    asking = asyncio.create_task(stage.ask("withdraw"))
    await refused_with("malformed", _when_mended(stage, stage.ask("decide", {})))
    assert (await asking).state == "withdrawn"
    await stage.ended()
    seen = await stage.snapshot()
    assert [move.to for move in seen.moves] == ["validated", "withdrawn"]
    assert "acc-1001" not in seen.model_dump_json()


async def _when_mended(stage: Stage, asking: Awaitable[object]) -> object:
    task = asyncio.ensure_future(asking)
    await until(stage.events, lambda events: "WORKFLOW_TASK_SCHEDULED" in events)
    stage.database_wire.mend()
    return await task
