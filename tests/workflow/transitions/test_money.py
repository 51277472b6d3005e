"""One order earns one reward; what it is worth, and who decides where that is not clear."""

from typing import Any

import pytest

from adapters.postgres.feed_records import store_reward
from adapters.postgres.grants import list_grants
from tests.support.claims import a_claim, an_order, days_ago, reward_for
from tests.support.environment import Stage
from tests.workflow.messages.test_messages import refused_with
from tests.workflow.transitions.test_transitions import AWAITING, LED_BY

UNDECIDED = "amount_undecided"
ENDLESS = "cancellation_end_unknown"


async def test_one_order_earns_one_reward_whoever_claims_it(stage: Stage) -> None:
    """A second confirmation ends as rejected; the first account's grant stands."""
    order, numbers = an_order(), []
    for account in ("acc-1", "acc-2"):
        await stage.filed_and_confirmed(account=account, order=order)
        numbers.append(stage.number)
    await stage.pass_time(days=6)
    ends: dict[str, tuple[str, str | None, bool]] = {}
    for number in numbers:
        stage.number = number
        outcome = await stage.ended()
        ends[outcome.state] = (number, outcome.reason_code, outcome.granted is not None)
    assert ends.keys() == {"resolved", "rejected"}
    assert ends["resolved"][1:] == (None, True)
    assert ends["rejected"][1:] == ("already_rewarded", False)
    assert [grant["number"] for grant in await list_grants(stage.postgres)] == [ends["resolved"][0]]
    stage.number = ends["rejected"][0]
    last = f"cancellation_period_ended: {AWAITING} → rejected"
    assert await stage.moves() == [*LED_BY[AWAITING], last]
    await stage.got_letters("confirmation", "partner_confirmed", "rejected")


@pytest.mark.parametrize(
    ("whose", "state", "reason", "letter"),
    [
        ("acc-1001", "resolved", None, "reward_registered"),
        ("acc-other", "rejected", "already_rewarded", "rejected"),
    ],
)
@pytest.mark.parametrize("found", ["registered", "granted"])
async def test_the_books_are_read_once_more_before_a_grant(
    stage: Stage, found: str, whose: str, state: str, reason: str | None, letter: str
) -> None:
    """R24: a reward that the platform has booked meanwhile, without a word to the ticket."""
    claim = await stage.prepare()
    await stage.filed_and_confirmed(claim=claim)
    await store_reward(stage.postgres, reward_for(claim, state=found, account_id=whose))
    await stage.pass_time(days=6)
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code, outcome.granted) == (state, reason, None)
    assert await list_grants(stage.postgres) == []
    await stage.got_letters("confirmation", "partner_confirmed", letter)


@pytest.mark.parametrize(
    "reward", [{"amount": "200.01", "currency": "PLN"}, {"amount": "10.00", "currency": "EUR"}]
)
async def test_an_amount_that_may_not_be_granted_waits_for_a_person(
    stage: Stage, reward: dict[str, str]
) -> None:
    await stage.filed_and_sent()
    await stage.partner_says("confirmed", reward=reward)
    row = await stage.stands(AWAITING, UNDECIDED)
    assert row["confirmed_amount"] is None
    await stage.shows(State=AWAITING, DueAt=row["due_at"], Attention=[UNDECIDED])
    await stage.pass_time(days=30)
    await stage.stands(AWAITING, UNDECIDED)
    asking: dict[str, Any] = {"outcome": "confirmed", "note": "called them"}
    await refused_with("reward_required", stage.ask("decide", **asking))
    euros = {"reward": {"amount": "5.00", "currency": "EUR"}}
    await refused_with("wrong_currency", stage.ask("decide", **asking, **euros))
    much = {"reward": {"amount": "250.00", "currency": "PLN"}}
    proposed = await stage.ask("decide", **asking, **much)
    assert (proposed.moved, proposed.awaits_approval) == (False, True)
    await stage.stands(AWAITING, UNDECIDED, "approval_needed")
    await refused_with("approval_by_another", stage.ask("decide", **asking, **much))
    await stage.ask("decide", **asking, **much, actor="agent-8")
    outcome = await stage.ended()
    assert outcome.granted
    assert (outcome.state, str(outcome.granted.amount)) == ("resolved", "250.00")
    assert (await stage.moves())[-2:] == [
        f"decided: {AWAITING} → {AWAITING}",
        f"cancellation_period_ended: {AWAITING} → resolved",
    ]
    await stage.got_letters("confirmation", *["partner_confirmed"] * 2, "resolved")


async def test_a_decided_amount_waits_for_the_end_of_the_period(stage: Stage) -> None:
    """R33."""
    await stage.filed_and_sent()
    await stage.partner_says("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await stage.stands(AWAITING, UNDECIDED)
    forty = {"amount": "40.00", "currency": "PLN"}
    await stage.ask("decide", outcome="confirmed", note="ok", reward=forty)
    row = await stage.stands(AWAITING)
    await stage.shows(State=AWAITING, DueAt=row["cancellation_ends_at"])
    await stage.pass_time(days=6)
    assert (await stage.ended()).state == "resolved"


async def test_an_agent_cannot_confirm_what_the_facts_speak_against(stage: Stage) -> None:
    """R5: the refusal says why, at once; once that is put right, a new decision is taken."""
    claim = await stage.prepare()
    await stage.filed_and_sent(claim=claim)
    await stage.partner_says("confirmed", reward={"amount": "900.00", "currency": "PLN"})
    await stage.stands(AWAITING, UNDECIDED)
    await store_reward(stage.postgres, reward_for(claim, state="invalid"))
    decision = {"outcome": "confirmed", "note": "ok", "reward": {"amount": "40", "currency": "PLN"}}
    await refused_with("reward_invalid", stage.ask("decide", **decision))
    await stage.stands(AWAITING, UNDECIDED)
    await store_reward(stage.postgres, reward_for(claim, state="rejected", version=2))
    await stage.ask("decide", **decision)
    await stage.stands(AWAITING)
    await stage.pass_time(days=6)
    assert (await stage.ended()).state == "resolved"


async def test_a_period_that_nobody_knows_ends_by_a_persons_word(stage: Stage) -> None:
    """R31-R33: counted from an activation that neither member nor partner has told."""
    await stage.filed_and_sent(answers={"order_number": an_order()})
    await stage.partner_says("confirmed")
    row = await stage.stands(AWAITING, ENDLESS)
    assert (row["due_at"], row["cancellation_ends_at"]) == (None, None)
    await stage.shows(State=AWAITING, Attention=[ENDLESS])
    await stage.pass_time(days=200)
    await stage.stands(AWAITING, ENDLESS)
    await stage.ask("decide", outcome="confirmed", note="activated last year")
    assert (await stage.ended()).state == "resolved"


async def test_a_person_can_also_reject_what_is_undecided(stage: Stage) -> None:
    await stage.filed_and_sent(answers={"order_number": an_order()})
    await stage.partner_says("confirmed")
    await stage.stands(AWAITING, ENDLESS)
    await stage.ask("decide", outcome="rejected", reason_code="terms_not_met")
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("rejected", "terms_not_met")
    await stage.shows(State="rejected")


async def test_a_contested_rejection_can_be_granted(stage: Stage) -> None:
    """R1, R11: a rejected reward is claimed by its own id, and its order earns one reward."""
    order = an_order()
    contested = reward_for(a_claim(order=order), state="rejected", link_id=None)
    await store_reward(stage.postgres, contested)
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
    await stage.filed_and_sent(claim=claim)
    await stage.partner_says("confirmed")
    outcome = await stage.ended()
    assert outcome.granted
    assert (outcome.state, str(outcome.granted.amount)) == ("resolved", "40.00")
