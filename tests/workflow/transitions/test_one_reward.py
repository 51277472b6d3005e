"""One order earns one reward."""

import pytest

from adapters.postgres.decisions.grants import list_grants
from adapters.postgres.platform.feed_records import store_reward
from tests.support.workflow.claims import a_claim, an_order, days_ago, reward_for
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING, TRANSITIONS_TO


async def test_one_order_earns_one_reward_for_all_its_claims(env: TicketEnvironment) -> None:
    """The ticket that is confirmed second ends as rejected; the first account's grant remains."""
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
    assert [grant.number for grant in await list_grants(env.database)] == [ends["resolved"][0]]
    env.number = ends["rejected"][0]
    last = f"cancellation_period_ended: {AWAITING} → rejected"
    assert await env.transitions() == [*TRANSITIONS_TO[AWAITING], last]
    await env.wait_for_emails("confirmation", "partner_confirmed", "rejected")


@pytest.mark.parametrize(
    ("account", "state", "reason", "email"),
    [
        ("acc-1001", "resolved", None, "reward_registered"),
        ("acc-other", "rejected", "already_rewarded", "rejected"),
    ],
)
@pytest.mark.parametrize("reward_state", ["registered", "granted"])
async def test_rewards_are_checked_again_before_a_grant(
    env: TicketEnvironment,
    reward_state: str,
    account: str,
    state: str,
    reason: str | None,
    email: str,
) -> None:
    """R24: the platform has registered a reward meanwhile, without a signal to the ticket."""
    claim = await env.prepare_claim()
    await env.file_and_confirm(claim=claim)
    await store_reward(env.database, reward_for(claim, state=reward_state, account_id=account))
    await env.skip_time(days=6)
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code, outcome.granted_amount) == (state, reason, None)
    assert await list_grants(env.database) == []
    await env.wait_for_emails("confirmation", "partner_confirmed", email)


async def test_a_contested_rejection_can_be_granted(env: TicketEnvironment) -> None:
    """R1, R11: a rejected reward is claimed by its own id, and its order earns one reward."""
    order = an_order()
    contested = reward_for(a_claim(order=order), state="rejected", link_id=None)
    await store_reward(env.database, contested)
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
