"""Other tickets of the same order or account, as agents see them."""

from tests.gateway.api.tickets.queries import an_order
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_sent_ticket,
    get_ticket,
)
from tests.support.workflow.claims import a_claim


async def test_an_agent_sees_how_many_other_claims_the_account_has_open(
    gateway: RunningGateway,
) -> None:
    """A hint at guessed orders: claims for the link, and all at the partner."""
    account = gateway.new_id("acc")
    numbers = [await a_sent_ticket(gateway, account, an_order()) for _ in range(3)]
    ticket = await get_ticket(gateway, numbers[0])
    assert ticket["other_open_claims"] == {"on_account": 2, "on_link": 2}
    other = await a_sent_ticket(gateway, order=an_order())
    ticket = await get_ticket(gateway, other)
    assert ticket["other_open_claims"] == {"on_account": 0, "on_link": 0}


async def test_the_same_order_from_another_account_is_a_hint_for_agents_on_both(
    gateway: RunningGateway,
) -> None:
    order, account = an_order(), gateway.new_id("acc")
    first = await a_sent_ticket(gateway, account, order)
    second = await a_sent_ticket(gateway, gateway.new_id("acc"), order)
    ticket = await get_ticket(gateway, first)
    assert [one["number"] for one in ticket["other_accounts"]] == [second]
    assert (await get_ticket(gateway, second))["other_accounts"][0]["account_id"] == account
    assert ticket["related"] == []


async def test_duplicates_and_the_existing_ticket_name_each_other(
    gateway: RunningGateway,
) -> None:
    account, order = gateway.new_id("acc"), an_order()
    active = await a_sent_ticket(gateway, account, order)
    claim = a_claim(account=account, order=order)
    assert (await gateway.env.file(claim)).status == "discarded"
    duplicate = gateway.env.number
    assert [one["number"] for one in (await get_ticket(gateway, active))["related"]] == [duplicate]
    ticket = await get_ticket(gateway, duplicate)
    assert ticket["existing_ticket"] == active
    assert [one["code"] for one in ticket["refusal_reasons"]] == ["duplicate"]
    assert (ticket["account_id"], ticket["contact"], ticket["answers"]) == (None, None, [])
