"""Registered rewards end the open tickets for their orders."""

from typing import Any

import pytest

from tests.gateway.feed.records.records import (
    as_json,
    make_recheck_due,
    put,
    put_list,
    recheck_due_at,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until
from tests.support.workflow.claims import a_claim, an_early_claim, an_order, days_ago, reward_for


async def test_a_registered_reward_ends_the_ticket_that_is_with_the_partner(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    reward = as_json(reward_for(claim))
    assert (await put(gateway, "reward", reward)).json()["result"] == "stored"
    outcome = await gateway.env.wait_until_closed()
    assert (outcome.state, outcome.granted_amount) == ("resolved", None)
    assert (await gateway.env.transitions())[-1] == "reward_registered: sent_to_partner → resolved"


async def test_a_registered_reward_ends_the_ticket_that_is_on_hold(gateway: RunningGateway) -> None:
    claim = an_early_claim(account=gateway.new_id("acc"), partner_id="fernweh")
    order = f"FW{an_order()[3:7]}AB"
    claim["answers"] = {"booking_number": order, "travel_ended_on": str(days_ago(1))}
    assert (await gateway.env.file(claim)).status == "held"
    reward = reward_for(claim | {"answers": {"order_number": order}}, partner_id="fernweh")
    assert await put_list(gateway, "reward", [as_json(reward)]) == ["stored"]
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    assert (await gateway.env.transitions())[-1] == "reward_registered: on_hold → resolved"


async def test_a_registered_reward_ends_the_ticket_whose_cancellation_period_runs(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_confirm({"cancellation_ends_on": "2199-01-01"}, claim=claim)
    # Without an order number, the link decides.
    await put(gateway, "reward", as_json(reward_for(claim), order_number=None))
    assert (await gateway.env.wait_until_closed()).granted_amount is None


async def test_a_contested_reward_that_is_registered_after_all_ends_its_ticket(
    gateway: RunningGateway,
) -> None:
    claim = a_claim(account=gateway.new_id("acc"), kind="rejected_reward")
    reward = as_json(reward_for(claim, state="rejected", order_number=None), link_id=None)
    await put(gateway, "reward", reward)
    objecting = claim["answers"] | {"objection": "The contract is still running."}
    claim |= {"reward_id": reward["reward_id"], "answers": objecting}
    await gateway.env.file_and_send(claim=claim)
    await put(gateway, "reward", reward | {"version": 2, "state": "registered"})
    assert (await gateway.env.wait_until_closed()).state == "resolved"


@pytest.mark.parametrize(
    "changes",
    [
        {"account_id": "acc-somebody-else"},
        {"order_number": "VT-0000-0"},
        {"kind": "referral"},
        {"partner_id": "fernweh"},
        {"state": "rejected"},
        {"granted_by_ticket": "ZW-4KQ7-P9XT-M2AB-C", "state": "granted"},
    ],
    ids=str,
)
async def test_no_other_reward_is_signalled_to_a_ticket(
    gateway: RunningGateway, changes: dict[str, Any]
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    reward = as_json(reward_for(claim), **changes)
    assert (await put(gateway, "reward", reward)).json()["result"] == "stored"
    if await recheck_due_at(gateway, reward["reward_id"]):
        await make_recheck_due(gateway, reward["reward_id"])
    await wait_until(
        lambda: recheck_due_at(gateway, reward["reward_id"]), lambda found: found is None
    )
    await gateway.env.signal("partner_outcome", "a message that is sent after all others")
    assert [entry["message"] for entry in await gateway.env.wait_for_messages("malformed")] == [
        "partner_outcome"
    ]
    assert (await gateway.env.row())["state"] == "sent_to_partner"


async def test_a_reward_without_an_open_ticket_is_stored(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"), order=an_order())
    assert (await put(gateway, "reward", as_json(reward_for(claim)))).json()["result"] == "stored"
