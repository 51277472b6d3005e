"""The events after a cursor: those of the caller's accounts, as the contract defines them."""

import httpx
import pytest

from tests.gateway.feed.events.feed import EVENT_FIELDS, events, latest, transitions
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim


async def test_every_transition_is_an_event_of_the_contract(gateway: RunningGateway) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await gateway.env.file_and_send(claim=claim)
    await gateway.env.send_outcome("rejected", reason_code="order_not_found")
    await gateway.env.wait_until_closed()
    page = await events(gateway, claim["account_id"])
    assert transitions(page, gateway.env.number) == [
        "1 claim_accepted: created → validated",
        "2 claim_sent: validated → sent_to_partner",
        "3 partner_rejected: sent_to_partner → rejected",
    ]
    last = page["events"][-1]
    assert set(last) == EVENT_FIELDS
    assert (last["reason_code"], last["actor"]) == ("order_not_found", "partner:velotel")
    assert int(page["next"]) >= int(last["event_id"])


async def test_a_token_for_some_accounts_sees_only_their_events(gateway: RunningGateway) -> None:
    mine, theirs = gateway.new_id("acc"), gateway.new_id("acc")
    await gateway.env.file_and_send(account=theirs)
    their_number = gateway.env.number
    await gateway.env.file_and_send(account=mine)
    page = await events(gateway, mine)
    assert {one["number"] for one in page["events"]} == {gateway.env.number}
    everything = await events(gateway, after=str(max(0, int(page["events"][0]["event_id"]) - 20)))
    assert transitions(everything, their_number)


async def test_a_token_for_some_accounts_advances_past_events_of_other_accounts(
    gateway: RunningGateway,
) -> None:
    """Otherwise each request would read all events since the last one of these accounts."""
    mine = gateway.new_id("acc")
    await gateway.env.file_and_send(account=gateway.new_id("acc"))
    theirs = await latest(gateway)
    nothing = await events(gateway, mine)
    assert nothing["events"] == []
    assert int(nothing["next"]) >= int(theirs)
    await gateway.env.file_and_send(account=mine)
    page = await events(gateway, mine, after=nothing["next"])
    assert [one["event"] for one in page["events"]] == ["claim_accepted", "claim_sent"]


async def test_transitions_of_refused_claims_are_for_callers_with_access_to_all_accounts(
    gateway: RunningGateway,
) -> None:
    after, account = await latest(gateway), gateway.new_id("acc")
    refused = await gateway.env.file(a_claim(account=account, ordered_on="2020-01-01"))
    assert refused.state == "discarded"
    page = await events(gateway, after=after)
    assert transitions(page, refused.number) == ["1 claim_discarded: created → discarded"]
    assert (await events(gateway, account))["events"] == []


@pytest.mark.parametrize("wrong", [{"after": "-1"}, {"after": "x"}, {"limit": 0}, {"limit": 1001}])
async def test_a_wrong_cursor_is_refused(
    gateway: RunningGateway, wrong: dict[str, str | int]
) -> None:
    answer = await gateway.http.get("/v1/events", params=wrong, headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_events_are_for_the_platform_and_webhooks_for_operators(
    gateway: RunningGateway,
) -> None:
    async def status(path: str, headers: dict[str, str]) -> int:
        answer: httpx.Response = await gateway.http.get(path, headers=headers)
        return answer.status_code

    assert await status("/v1/events", gateway.as_agent()) == 403
    assert await status("/v1/webhooks", gateway.as_platform()) == 403
    assert await status("/v1/webhooks", gateway.as_operator()) == 200


async def test_without_an_address_for_webhooks_nothing_can_be_redelivered(
    gateway: RunningGateway,
) -> None:
    answer = await gateway.http.post("/v1/events/1/redelivery", headers=gateway.as_operator())
    assert (answer.status_code, answer.json()["code"]) == (409, "action_not_allowed")
