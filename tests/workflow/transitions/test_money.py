"""One order earns one reward; what it is worth, and who decides where that is not clear."""

from typing import Any

import pytest

from adapters.postgres.feed_records import store_reward
from adapters.postgres.grants import list_grants
from tests.support.claims import a_claim, an_order, days_ago, reward_for
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.messages.test_messages import refused_with
from tests.workflow.transitions.test_transitions import AWAITING, LED_BY

UNDECIDED = "amount_undecided"
ENDLESS = "cancellation_end_unknown"


async def test_one_order_earns_one_reward_whoever_claims_it(env: TicketEnvironment) -> None:
    """A second confirmation ends as rejected; the first account's grant stands."""
    order, numbers = an_order(), []
    for account in ("acc-1", "acc-2"):
        await env.file_and_confirm(account=account, order=order)
        numbers.append(env.number)
    await env.skip_time(days=6)
    ends: dict[str, tuple[str, str | None, bool]] = {}
    for number in numbers:
        env.number = number
        outcome = await env.wait_until_closed()
        ends[outcome.state] = (number, outcome.reason_code, outcome.granted_amount is not None)
    assert ends.keys() == {"resolved", "rejected"}
    assert ends["resolved"][1:] == (None, True)
    assert ends["rejected"][1:] == ("already_rewarded", False)
    assert [grant["number"] for grant in await list_grants(env.postgres)] == [ends["resolved"][0]]
    env.number = ends["rejected"][0]
    last = f"cancellation_period_ended: {AWAITING} → rejected"
    assert await env.transitions() == [*LED_BY[AWAITING], last]
    await env.wait_for_emails("confirmation", "partner_confirmed", "rejected")


@pytest.mark.parametrize(
    ("whose", "state", "reason", "letter"),
    [
        ("acc-1001", "resolved", None, "reward_registered"),
        ("acc-other", "rejected", "already_rewarded", "rejected"),
    ],
)
@pytest.mark.parametrize("found", ["registered", "granted"])
async def test_the_books_are_read_once_more_before_a_grant(
    env: TicketEnvironment, found: str, whose: str, state: str, reason: str | None, letter: str
) -> None:
    """R24: a reward that the platform has booked meanwhile, without a word to the ticket."""
    claim = await env.prepare_claim()
    await env.file_and_confirm(claim=claim)
    await store_reward(env.postgres, reward_for(claim, state=found, account_id=whose))
    await env.skip_time(days=6)
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code, outcome.granted_amount) == (state, reason, None)
    assert await list_grants(env.postgres) == []
    await env.wait_for_emails("confirmation", "partner_confirmed", letter)


@pytest.mark.parametrize(
    "reward", [{"amount": "200.01", "currency": "PLN"}, {"amount": "10.00", "currency": "EUR"}]
)
async def test_an_amount_that_may_not_be_granted_waits_for_a_person(
    env: TicketEnvironment, reward: dict[str, str]
) -> None:
    await env.file_and_send()
    await env.send_outcome("confirmed", reward=reward)
    row = await env.wait_for_state(AWAITING, UNDECIDED)
    assert row["confirmed_amount"] is None
    await env.wait_for_attributes(State=AWAITING, DueAt=row["due_at"], Attention=[UNDECIDED])
    await env.skip_time(days=30)
    await env.wait_for_state(AWAITING, UNDECIDED)
    asking: dict[str, Any] = {"outcome": "confirmed", "note": "called them"}
    await refused_with("reward_required", env.send_update("decide", **asking))
    euros = {"reward": {"amount": "5.00", "currency": "EUR"}}
    await refused_with("wrong_currency", env.send_update("decide", **asking, **euros))
    much = {"reward": {"amount": "250.00", "currency": "PLN"}}
    proposed = await env.send_update("decide", **asking, **much)
    assert (proposed.state_changed, proposed.awaits_approval) == (False, True)
    await env.wait_for_state(AWAITING, UNDECIDED, "approval_needed")
    await refused_with("approval_by_another", env.send_update("decide", **asking, **much))
    await env.send_update("decide", **asking, **much, actor="agent-8")
    outcome = await env.wait_until_closed()
    assert outcome.granted_amount
    assert (outcome.state, str(outcome.granted_amount.amount)) == ("resolved", "250.00")
    assert (await env.transitions())[-2:] == [
        f"decided: {AWAITING} → {AWAITING}",
        f"cancellation_period_ended: {AWAITING} → resolved",
    ]
    await env.wait_for_emails("confirmation", *["partner_confirmed"] * 2, "resolved")


async def test_a_decided_amount_waits_for_the_end_of_the_period(env: TicketEnvironment) -> None:
    """R33."""
    await env.file_and_send()
    await env.send_outcome("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await env.wait_for_state(AWAITING, UNDECIDED)
    forty = {"amount": "40.00", "currency": "PLN"}
    await env.send_update("decide", outcome="confirmed", note="ok", reward=forty)
    row = await env.wait_for_state(AWAITING)
    await env.wait_for_attributes(State=AWAITING, DueAt=row["cancellation_ends_at"])
    await env.skip_time(days=6)
    assert (await env.wait_until_closed()).state == "resolved"


async def test_an_agent_cannot_confirm_what_the_facts_speak_against(env: TicketEnvironment) -> None:
    """R5: the refusal says why, at once; once that is put right, a new decision is taken."""
    claim = await env.prepare_claim()
    await env.file_and_send(claim=claim)
    await env.send_outcome("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await env.wait_for_state(AWAITING, UNDECIDED)
    await store_reward(env.postgres, reward_for(claim, state="invalid"))
    decision = {"outcome": "confirmed", "note": "ok", "reward": {"amount": "40", "currency": "PLN"}}
    await refused_with("reward_invalid", env.send_update("decide", **decision))
    await env.wait_for_state(AWAITING, UNDECIDED)
    await store_reward(env.postgres, reward_for(claim, state="rejected", version=2))
    await env.send_update("decide", **decision)
    await env.wait_for_state(AWAITING)
    await env.skip_time(days=6)
    assert (await env.wait_until_closed()).state == "resolved"


async def test_a_period_that_nobody_knows_ends_by_a_persons_word(env: TicketEnvironment) -> None:
    """R31-R33: counted from an activation that neither member nor partner has told."""
    await env.file_and_send(answers={"order_number": an_order()})
    await env.send_outcome("confirmed")
    row = await env.wait_for_state(AWAITING, ENDLESS)
    assert (row["due_at"], row["cancellation_ends_at"]) == (None, None)
    await env.wait_for_attributes(State=AWAITING, Attention=[ENDLESS])
    await env.skip_time(days=200)
    await env.wait_for_state(AWAITING, ENDLESS)
    await env.send_update("decide", outcome="confirmed", note="activated last year")
    assert (await env.wait_until_closed()).state == "resolved"


async def test_a_person_can_also_reject_what_is_undecided(env: TicketEnvironment) -> None:
    await env.file_and_send(answers={"order_number": an_order()})
    await env.send_outcome("confirmed")
    await env.wait_for_state(AWAITING, ENDLESS)
    await env.send_update("decide", outcome="rejected", reason_code="terms_not_met")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("rejected", "terms_not_met")
    await env.wait_for_attributes(State="rejected")


async def test_a_contested_rejection_can_be_granted(env: TicketEnvironment) -> None:
    """R1, R11: a rejected reward is claimed by its own id, and its order earns one reward."""
    order = an_order()
    contested = reward_for(a_claim(order=order), state="rejected", link_id=None)
    await store_reward(env.postgres, contested)
    claim = a_claim(
        kind="rejected_reward",
        reward_id=contested.reward_id,
        ordered_on=None,
        answers={
            "order_number": order,
            "objection": "I kept it",
            "activated_on": str(days_ago(40)),
        },
    )
    await env.file_and_send(claim=claim)
    await env.send_outcome("confirmed")
    outcome = await env.wait_until_closed()
    assert outcome.granted_amount
    assert (outcome.state, str(outcome.granted_amount.amount)) == ("resolved", "40.00")
