"""A claim on its way to the partner: slow, failing, throttling, refusing, answering too soon."""

import asyncio

import pytest

from tests.support.environment import Stage
from tests.support.partner_server import Says
from tests.workflow.transitions.test_transitions import AWAITING, DOWN, LED_BY

HEALED = [*LED_BY["sent_to_partner"]]


async def test_an_outcome_may_come_while_the_partner_still_takes_the_claim(
    real_stage: Stage,
) -> None:
    """It counts as `claim_sent`; the acknowledgement that comes later changes nothing."""
    gate = asyncio.Event()
    real_stage.partner.answer = Says(gate=gate)
    await real_stage.file()
    await real_stage.partner.called(1)
    await real_stage.partner_says("confirmed")
    await real_stage.stands(AWAITING)
    gate.set()
    await real_stage.partner_says("order_cancelled")
    assert (await real_stage.ended()).state == "rejected"
    moves = await real_stage.moves()
    assert moves == [*LED_BY[AWAITING], f"order_cancelled: {AWAITING} → rejected"]
    actors = [move["actor"] for move in await real_stage.rows("moves", "seq")]
    assert actors == ["system"] + ["partner:velotel"] * 3
    assert len(real_stage.partner.calls) == 1


async def test_an_outcome_ends_the_retrying(stage: Stage) -> None:
    stage.partner.answer = DOWN
    await stage.file()
    await stage.partner.called(1)
    await stage.partner_says("confirmed", cancellation_ends_on="2030-01-01")
    await stage.stands(AWAITING)
    calls = len(stage.partner.calls)
    await stage.pass_time(hours=2)
    assert len(stage.partner.calls) == calls
    assert await stage.pending() == {}


@pytest.mark.parametrize("status", [429, 503])
async def test_a_throttling_partner_is_waited_for_as_told(stage: Stage, status: int) -> None:
    stage.partner.next_answers.append(Says(status=status, headers={"retry-after": "300"}))
    await stage.file()
    await stage.partner.called(1)
    await stage.pass_time(seconds=240)
    assert len(stage.partner.calls) == 1
    await stage.pass_time(seconds=90)
    await stage.stands("sent_to_partner")
    assert len(stage.partner.calls) == 2


@pytest.mark.parametrize(
    ("status", "attention"), [(422, "partner_contract_fault"), (401, "partner_unauthorised")]
)
async def test_a_refused_call_asks_for_a_person_and_a_resend_heals_it(
    stage: Stage, status: int, attention: str
) -> None:
    """It is the same claim under the same key: the partner never took it."""
    stage.partner.answer = Says(status=status)
    await stage.file()
    row = await stage.stands("validated", attention)
    await stage.shows(State="validated", DueAt=row["due_at"], Attention=[attention])
    await stage.pass_time(hours=2)
    assert len(stage.partner.calls) == 1
    stage.partner.answer = Says()
    answer = await stage.ask("resend_to_partner", reason="they mended it")
    assert (answer.state, answer.moved) == ("validated", False)
    await stage.stands("sent_to_partner")
    assert [call.key for call in stage.partner.calls] == [f"{stage.number}-claim"] * 2
    assert await stage.moves() == HEALED
    await stage.shows(State="sent_to_partner", DueAt=row["due_at"])


async def test_a_resend_that_is_refused_again_asks_again(stage: Stage) -> None:
    stage.partner.answer = Says(status=400)
    await stage.file()
    await stage.stands("validated", "partner_contract_fault")
    await stage.ask("resend_to_partner")
    await stage.partner.called(2)
    await stage.stands("validated", "partner_contract_fault")
    await stage.ask("withdraw")
    assert (await stage.ended()).state == "withdrawn"


async def test_ten_minutes_of_failures_are_shown_until_they_are_over(stage: Stage) -> None:
    """Endless retries alert nobody by themselves."""
    stage.partner.answer = DOWN
    await stage.file()
    await stage.partner.called(1)
    await stage.pass_time(minutes=8)
    await stage.stands("validated")
    await stage.pass_time(minutes=3)
    row = await stage.stands("validated", "delivery_retrying")
    await stage.shows(State="validated", DueAt=row["due_at"], Attention=["delivery_retrying"])
    stage.partner.answer = Says()
    await stage.pass_time(minutes=6)
    await stage.stands("sent_to_partner")
    assert await stage.moves() == HEALED
    assert {call.key for call in stage.partner.calls} == {f"{stage.number}-claim"}


async def test_a_partner_that_knows_the_claim_already_has_it(stage: Stage) -> None:
    stage.partner.answer = Says(status=409, body=b"")
    await stage.file()
    await stage.stands("sent_to_partner")


async def test_a_partner_that_takes_the_claim_has_it_whatever_it_says(stage: Stage) -> None:
    stage.partner.next_answers.append(Says(body=b"<html>"))
    await stage.file()
    await stage.stands("sent_to_partner")
    assert len(stage.partner.calls) == 1


@pytest.mark.parametrize("answer", [Says(status=302), Says(status=408), Says(status=502)])
async def test_what_cannot_be_understood_is_tried_again_or_shown(
    stage: Stage, answer: Says
) -> None:
    stage.partner.next_answers.append(answer)
    await stage.file()
    if answer.status == 302:
        await stage.stands("validated", "partner_contract_fault")
        return
    await stage.pass_time(seconds=5)
    await stage.stands("sent_to_partner")
    assert len(stage.partner.calls) == 2
