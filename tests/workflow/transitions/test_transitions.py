"""What is true of a ticket's moves beside what each leaves (`test_every_arrow.py`).

The first ones are in `test_beginnings.py`, questions and silence in `test_questions.py`.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from adapters.postgres.grants import list_grants
from tests.support.claims import an_early_claim, days_ago
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import CannedResponse
from tests.workflow.conftest import EnvironmentFactory

AWAITING: Final = "awaiting_cancellation_period"
DOWN: Final = CannedResponse(status=500)
ASKS_TO_WAIT: Final = CannedResponse(status=429, headers={"retry-after": "3600"})
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
async def holding_env(open_env: EnvironmentFactory) -> AsyncIterator[TicketEnvironment]:
    """A stage on which Velotel holds early claims."""
    async with open_env(velotel={"early_claims": "hold"}) as env:
        yield env


async def lead(env: TicketEnvironment, state: str) -> list[str]:
    """Lead a ticket to a state; return the letters it has earned by then."""
    match state:
        case "validated":
            env.partner.default_response = DOWN
            await env.file()
        case "on_hold":
            await env.file(an_early_claim())
        case "sent_to_partner":
            await env.file_and_send()
        case _:
            await env.file_and_confirm()
    await env.wait_for_state(state)
    return ["confirmation", "partner_confirmed"] if state == AWAITING else ["confirmation"]


async def ends(env: TicketEnvironment, led: str, last: str, letters: list[str]) -> dict[str, Any]:
    """Wait for the end and look at all that it leaves: moves, letters, attributes, the row."""
    outcome = await env.wait_until_closed()
    row = await env.row()
    assert await env.transitions() == [*LED_BY[led], last]
    assert (row["state"], row["due_at"], row["attention"]) == (outcome.state, None, [])
    assert (outcome.number, outcome.reason_code) == (env.number, row["reason_code"])
    await env.wait_for_emails(*letters)
    await env.wait_for_attributes(State=outcome.state)
    assert all(letter["sent_at"] for letter in await env.rows("emails", "key"))
    return row


@pytest.mark.parametrize("state", ["validated", "on_hold", "sent_to_partner"])
async def test_a_claim_can_be_withdrawn(holding_env: TicketEnvironment, state: str) -> None:
    letters = await lead(holding_env, state)
    answer = await holding_env.send_update("withdraw", reason="found it")
    assert (answer.state, answer.state_changed, answer.code) == ("withdrawn", True, None)
    row = await ends(holding_env, state, f"withdrawn: {state} → withdrawn", [*letters, "withdrawn"])
    assert row["reason_code"] is None
    assert (await holding_env.rows("ticket_transitions", "seq"))[-1]["actor"] == "agent-7"


@pytest.mark.parametrize("state", ["validated", "on_hold", "sent_to_partner", AWAITING])
async def test_the_normal_tracking_can_come_late(
    holding_env: TicketEnvironment, state: str
) -> None:
    """R24: the ticket is resolved, and grants nothing."""
    letters = await lead(holding_env, state)
    await holding_env.signal("reward_registered", {"reward_id": "rew-1"})
    last = f"reward_registered: {state} → resolved"
    row = await ends(holding_env, state, last, [*letters, "reward_registered"])
    assert row["granted_amount"] is None
    assert await list_grants(holding_env.postgres) == []


@pytest.mark.parametrize("state", ["sent_to_partner", AWAITING])
async def test_an_order_can_be_cancelled(holding_env: TicketEnvironment, state: str) -> None:
    """R33: also during the cancellation period."""
    letters = await lead(holding_env, state)
    await holding_env.send_outcome("order_cancelled")
    last = f"order_cancelled: {state} → rejected"
    row = await ends(holding_env, state, last, [*letters, "rejected"])
    assert row["reason_code"] == "order_cancelled"


async def test_a_partner_can_reject(env: TicketEnvironment) -> None:
    """R20, R21, R34: the partner decides, and the member hears of it with the reason."""
    await env.file_and_send()
    await env.send_outcome("rejected", reason_code="not_new_customer", note="since 2019")
    last = "partner_rejected: sent_to_partner → rejected"
    row = await ends(env, "sent_to_partner", last, ["confirmation", "rejected"])
    assert row["reason_code"] == "not_new_customer"
    move = (await env.rows("ticket_transitions", "seq"))[-1]
    assert (move["actor"], move["note"]) == ("partner:velotel", "since 2019")


@pytest.mark.parametrize("state", ["validated", "sent_to_partner"])
async def test_an_agent_can_reject_in_the_partners_stead(
    env: TicketEnvironment, state: str
) -> None:
    await lead(env, state)
    await env.send_update("decide", outcome="rejected", reason_code="terms_not_met")
    last = f"decided: {state} → rejected"
    row = await ends(env, state, last, ["confirmation", "rejected"])
    assert row["reason_code"] == "terms_not_met"


@pytest.mark.parametrize("state", ["validated", "sent_to_partner"])
async def test_an_agent_can_confirm_in_the_partners_stead(
    env: TicketEnvironment, state: str
) -> None:
    await lead(env, state)
    await env.send_update("decide", outcome="confirmed", note="saw the contract")
    row = await env.wait_for_state(AWAITING)
    await env.wait_for_emails("confirmation", "partner_confirmed")
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"])
    assert await env.transitions() == [*LED_BY[state], f"decided: {state} → {AWAITING}"]
    calls = len(env.partner.calls)
    await env.skip_time(days=15)
    assert (await env.wait_until_closed()).state == "resolved"
    assert len(env.partner.calls) == calls, "a decided claim was still sent to the partner"


@pytest.mark.parametrize(
    ("state", "answer"), [("validated", ASKS_TO_WAIT), ("sent_to_partner", CannedResponse())]
)
async def test_a_silent_partner_is_shown_to_a_person(
    open_env: EnvironmentFactory, state: str, answer: CannedResponse
) -> None:
    """A claim that cannot be delivered is overdue too."""
    async with open_env(velotel={"response": {"deadline": "PT12H", "reminders": []}}) as env:
        env.partner.default_response = answer
        await env.file()
        due_at = (await env.wait_for_state(state))["due_at"]
        await env.skip_time(hours=11)
        await env.wait_for_state(state)
        await env.skip_time(hours=2)
        row = await env.wait_for_state(state, "partner_silent")
        assert row["due_at"] is None
        assert await env.transitions() == [*LED_BY[state], f"partner_silent: {state} → {state}"]
        assert (await env.rows("ticket_transitions", "seq"))[-1]["at"] >= due_at
        await env.wait_for_attributes(State=state, Attention=["partner_silent"])
        await env.wait_for_emails("confirmation")


async def test_a_silent_partner_may_still_answer(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.skip_time(days=15)
    await env.wait_for_state("sent_to_partner", "partner_silent")
    await env.send_outcome("confirmed", cancellation_ends_on=days_ago(-60).isoformat())
    row = await env.wait_for_state(AWAITING)
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"])


async def test_a_reward_is_granted_when_the_cancellation_period_has_ended(
    env: TicketEnvironment,
) -> None:
    """R31-R33: not a day earlier, and for the amount that was confirmed."""
    await env.file_and_confirm({"reward": {"amount": "35.50", "currency": "PLN"}})
    due_at = (await env.row())["due_at"]
    await env.skip_time(days=3)
    await env.wait_for_state(AWAITING)
    await env.skip_time(days=3)
    last = f"cancellation_period_ended: {AWAITING} → resolved"
    row = await ends(env, AWAITING, last, ["confirmation", "partner_confirmed", "resolved"])
    assert (row["confirmed_amount"], row["granted_amount"], row["promised_amount"]) == (
        *(row["granted_amount"],) * 2,
        40,
    )
    (grant,) = await list_grants(env.postgres)
    assert (grant["number"], str(grant["amount"]), grant["currency"]) == (
        env.number,
        "35.50",
        "PLN",
    )
    assert (await env.rows("ticket_transitions", "seq"))[-1]["at"] >= due_at
    assert "35,50" in env.mailbox.find(number=env.number)[0].text


async def test_a_period_that_is_over_is_passed_through_without_waiting(
    env: TicketEnvironment,
) -> None:
    """R33: one that is already over still passes through its state."""
    await env.file_and_send()
    await env.send_outcome("confirmed", cancellation_ends_on="2026-01-01")
    last = f"cancellation_period_ended: {AWAITING} → resolved"
    await ends(env, AWAITING, last, ["confirmation", "partner_confirmed", "resolved"])


async def test_a_resend_moves_nothing(env: TicketEnvironment) -> None:
    await env.file_and_send()
    due_at = (await env.row())["due_at"]
    answer = await env.send_update("resend_to_partner", reason="they lost it")
    assert (answer.state, answer.state_changed) == ("sent_to_partner", False)
    await env.partner.wait_for_calls(2)
    assert [call.key for call in env.partner.calls] == [
        f"{env.number}-claim",
        f"{env.number}-resend-1",
    ]
    assert env.partner.calls[0].claim == env.partner.calls[1].claim
    assert await env.transitions() == LED_BY["sent_to_partner"]
    assert (await env.row())["due_at"] == due_at
