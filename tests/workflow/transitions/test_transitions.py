"""What is true of a ticket's moves beside what each leaves (`test_every_arrow.py`).

The first ones are in `test_beginnings.py`, questions and silence in `test_questions.py`.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from adapters.postgres.grants import list_grants
from tests.support.claims import an_early_claim, days_ago
from tests.support.environment import Stage
from tests.support.partner_server import Says
from tests.workflow.conftest import SetUp

AWAITING: Final = "awaiting_cancellation_period"
DOWN: Final = Says(status=500)
ASKS_TO_WAIT: Final = Says(status=429, headers={"retry-after": "3600"})
LED_BY: Final[dict[str, list[str]]] = {
    "validated": ["claim_accepted: created → validated"],
    "on_hold": ["claim_accepted: created → validated", "claim_held: validated → on_hold"],
    "sent_to_partner": [
        "claim_accepted: created → validated",
        "claim_sent: validated → sent_to_partner",
    ],
    AWAITING: [
        "claim_accepted: created → validated",
        "claim_sent: validated → sent_to_partner",
        f"partner_confirmed: sent_to_partner → {AWAITING}",
    ],
}


@pytest.fixture
async def holding(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage on which Velotel holds early claims."""
    async with staged(velotel={"early_claims": "hold"}) as stage:
        yield stage


async def lead(stage: Stage, state: str) -> list[str]:
    """Lead a ticket to a state; return the letters it has earned by then."""
    match state:
        case "validated":
            stage.partner.answer = DOWN
            await stage.file()
        case "on_hold":
            await stage.file(an_early_claim())
        case "sent_to_partner":
            await stage.filed_and_sent()
        case _:
            await stage.filed_and_confirmed()
    await stage.stands(state)
    return ["confirmation", "partner_confirmed"] if state == AWAITING else ["confirmation"]


async def ends(stage: Stage, led: str, last: str, letters: list[str]) -> dict[str, Any]:
    """Wait for the end and look at all that it leaves: moves, letters, attributes, the row."""
    outcome = await stage.ended()
    row = await stage.row()
    assert await stage.moves() == [*LED_BY[led], last]
    assert (row["state"], row["due_at"], row["attention"]) == (outcome.state, None, [])
    assert (outcome.number, outcome.reason_code) == (stage.number, row["reason_code"])
    await stage.got_letters(*letters)
    await stage.shows(State=outcome.state)
    assert all(letter["sent_at"] for letter in await stage.rows("letters", "key"))
    return row


@pytest.mark.parametrize("state", ["validated", "on_hold", "sent_to_partner"])
async def test_a_claim_can_be_withdrawn(holding: Stage, state: str) -> None:
    letters = await lead(holding, state)
    answer = await holding.ask("withdraw", reason="found it")
    assert (answer.state, answer.moved, answer.code) == ("withdrawn", True, None)
    row = await ends(holding, state, f"withdrawn: {state} → withdrawn", [*letters, "withdrawn"])
    assert row["reason_code"] is None
    assert (await holding.rows("moves", "seq"))[-1]["actor"] == "agent-7"


@pytest.mark.parametrize("state", ["validated", "on_hold", "sent_to_partner", AWAITING])
async def test_the_normal_tracking_can_come_late(holding: Stage, state: str) -> None:
    """R24: the ticket is resolved, and grants nothing."""
    letters = await lead(holding, state)
    await holding.signal("reward_registered", {"reward_id": "rew-1"})
    last = f"reward_registered: {state} → resolved"
    row = await ends(holding, state, last, [*letters, "reward_registered"])
    assert row["granted_amount"] is None
    assert await list_grants(holding.postgres) == []


@pytest.mark.parametrize("state", ["sent_to_partner", AWAITING])
async def test_an_order_can_be_cancelled(holding: Stage, state: str) -> None:
    """R33: also during the cancellation period."""
    letters = await lead(holding, state)
    await holding.partner_says("order_cancelled")
    last = f"order_cancelled: {state} → rejected"
    row = await ends(holding, state, last, [*letters, "rejected"])
    assert row["reason_code"] == "order_cancelled"


async def test_a_partner_can_reject(stage: Stage) -> None:
    """R20, R21, R34: the partner decides, and the member hears of it with the reason."""
    await stage.filed_and_sent()
    await stage.partner_says("rejected", reason_code="not_new_customer", note="since 2019")
    last = "partner_rejected: sent_to_partner → rejected"
    row = await ends(stage, "sent_to_partner", last, ["confirmation", "rejected"])
    assert row["reason_code"] == "not_new_customer"
    move = (await stage.rows("moves", "seq"))[-1]
    assert (move["actor"], move["note"]) == ("partner:velotel", "since 2019")


@pytest.mark.parametrize("state", ["validated", "sent_to_partner"])
async def test_an_agent_can_reject_in_the_partners_stead(stage: Stage, state: str) -> None:
    await lead(stage, state)
    await stage.ask("decide", outcome="rejected", reason_code="terms_not_met")
    last = f"decided: {state} → rejected"
    row = await ends(stage, state, last, ["confirmation", "rejected"])
    assert row["reason_code"] == "terms_not_met"


@pytest.mark.parametrize("state", ["validated", "sent_to_partner"])
async def test_an_agent_can_confirm_in_the_partners_stead(stage: Stage, state: str) -> None:
    await lead(stage, state)
    await stage.ask("decide", outcome="confirmed", note="saw the contract")
    row = await stage.stands(AWAITING)
    await stage.got_letters("confirmation", "partner_confirmed")
    await stage.shows(State=AWAITING, DueAt=row["due_at"])
    assert await stage.moves() == [*LED_BY[state], f"decided: {state} → {AWAITING}"]
    calls = len(stage.partner.calls)
    await stage.pass_time(days=15)
    assert (await stage.ended()).state == "resolved"
    assert len(stage.partner.calls) == calls, "a decided claim was still sent to the partner"


@pytest.mark.parametrize(
    ("state", "answer"), [("validated", ASKS_TO_WAIT), ("sent_to_partner", Says())]
)
async def test_a_silent_partner_is_shown_to_a_person(
    staged: SetUp, state: str, answer: Says
) -> None:
    """A claim that cannot be delivered is overdue too."""
    async with staged(velotel={"response": {"deadline": "PT12H", "reminders": []}}) as stage:
        stage.partner.answer = answer
        await stage.file()
        due_at = (await stage.stands(state))["due_at"]
        await stage.pass_time(hours=11)
        await stage.stands(state)
        await stage.pass_time(hours=2)
        row = await stage.stands(state, "partner_silent")
        assert row["due_at"] is None
        assert await stage.moves() == [*LED_BY[state], f"partner_silent: {state} → {state}"]
        assert (await stage.rows("moves", "seq"))[-1]["at"] >= due_at
        await stage.shows(State=state, Attention=["partner_silent"])
        await stage.got_letters("confirmation")


async def test_a_silent_partner_may_still_answer(stage: Stage) -> None:
    await stage.filed_and_sent()
    await stage.pass_time(days=15)
    await stage.stands("sent_to_partner", "partner_silent")
    await stage.partner_says("confirmed", cancellation_ends_on=days_ago(-60).isoformat())
    row = await stage.stands(AWAITING)
    await stage.shows(State=AWAITING, DueAt=row["due_at"])


async def test_a_reward_is_granted_when_the_cancellation_period_has_ended(stage: Stage) -> None:
    """R31-R33: not a day earlier, and for the amount that was confirmed."""
    await stage.filed_and_confirmed({"reward": {"amount": "35.50", "currency": "PLN"}})
    due_at = (await stage.row())["due_at"]
    await stage.pass_time(days=3)
    await stage.stands(AWAITING)
    await stage.pass_time(days=3)
    last = f"cancellation_period_ended: {AWAITING} → resolved"
    row = await ends(stage, AWAITING, last, ["confirmation", "partner_confirmed", "resolved"])
    assert (row["confirmed_amount"], row["granted_amount"], row["promised_amount"]) == (
        *(row["granted_amount"],) * 2,
        40,
    )
    (grant,) = await list_grants(stage.postgres)
    assert (grant["number"], str(grant["amount"]), grant["currency"]) == (
        stage.number,
        "35.50",
        "PLN",
    )
    assert (await stage.rows("moves", "seq"))[-1]["at"] >= due_at
    assert "35,50" in stage.box.find(number=stage.number)[0].text


async def test_a_period_that_is_over_is_passed_through_without_waiting(stage: Stage) -> None:
    """R33: one that is already over still passes through its state."""
    await stage.filed_and_sent()
    await stage.partner_says("confirmed", cancellation_ends_on="2026-01-01")
    last = f"cancellation_period_ended: {AWAITING} → resolved"
    await ends(stage, AWAITING, last, ["confirmation", "partner_confirmed", "resolved"])


async def test_a_resend_moves_nothing(stage: Stage) -> None:
    await stage.filed_and_sent()
    due_at = (await stage.row())["due_at"]
    answer = await stage.ask("resend_to_partner", reason="they lost it")
    assert (answer.state, answer.moved) == ("sent_to_partner", False)
    await stage.partner.called(2)
    assert [call.key for call in stage.partner.calls] == [
        f"{stage.number}-claim",
        f"{stage.number}-resend-1",
    ]
    assert stage.partner.calls[0].claim == stage.partner.calls[1].claim
    assert await stage.moves() == LED_BY["sent_to_partner"]
    assert (await stage.row())["due_at"] == due_at
