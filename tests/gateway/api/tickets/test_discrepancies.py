"""Messages that contradict a closed ticket: reported to the sender, and shown to agents."""

import re
from datetime import UTC, datetime

import pytest

from tests.support.gateway.agent_browser import signed_in_agent
from tests.support.gateway.discrepancies import (
    ACCEPTED,
    CLOSED,
    a_confirmed_ticket,
    a_granted_ticket,
    open_discrepancies,
)
from tests.support.gateway.partner_client import outcome, results, send_outcomes
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import field_errors_of, get_ticket, problem_of
from tests.support.polling import wait_until


@pytest.mark.parametrize("late_outcome", ["rejected", "order_cancelled"])
async def test_a_cancellation_after_the_grant_is_refused_and_shown(
    gateway: RunningGateway, late_outcome: str
) -> None:
    number = await a_granted_ticket(gateway)
    late = outcome(gateway, number, late_outcome, reason_code="order_returned", note="came back")
    assert await results(gateway, late) == [CLOSED]
    (one,) = await open_discrepancies(gateway, number)
    assert (one["actor"], one["message_id"]) == ("partner:velotel", late["outcome_id"])
    assert (one["code"], one["body"]["outcome"]) == ("ticket_closed", late_outcome)
    assert (await get_ticket(gateway, number))["discrepancies"] == [one]
    assert await results(gateway, late) == [CLOSED]
    assert len(await open_discrepancies(gateway, number)) == 1


async def test_a_return_in_the_period_ends_the_ticket_and_is_no_discrepancy(
    gateway: RunningGateway,
) -> None:
    number = await a_confirmed_ticket(gateway)
    late = outcome(gateway, number, "rejected", reason_code="order_returned")
    assert await results(gateway, late) == [ACCEPTED]
    ended = await gateway.env.wait_until_closed()
    assert (ended.state, ended.reason_code, ended.granted_amount) == (
        "rejected",
        "order_returned",
        None,
    )
    assert await open_discrepancies(gateway, number) == []
    again = outcome(gateway, number, "confirmed")
    assert await results(gateway, again) == [CLOSED]
    assert [one["message_id"] for one in await open_discrepancies(gateway, number)] == [
        again["outcome_id"]
    ]


async def test_an_outcome_that_cannot_change_anything_is_not_accepted(
    gateway: RunningGateway,
) -> None:
    number = await a_confirmed_ticket(gateway)
    asks = outcome(gateway, number, "information_requested", questions=["Which one?"])
    assert await results(gateway, asks) == [("refused", "action_not_allowed")]
    assert await results(gateway, outcome(gateway, number)) == [("duplicate", "unchanged")]
    await wait_until(lambda: open_discrepancies(gateway, number), lambda found: len(found) == 1)


async def test_one_id_with_another_content_is_refused_and_shown(gateway: RunningGateway) -> None:
    number = await a_confirmed_ticket(gateway)
    first = outcome(gateway, number, reward={"amount": "20.00", "currency": "PLN"})
    assert await results(gateway, first) == [ACCEPTED]
    other = first | {"outcome": "rejected", "reason_code": "order_returned", "reward": None}
    for _ in range(2):
        assert await results(gateway, other) == [("refused", "outcome_id_reused")]
    assert await results(gateway, first) == [("duplicate", None)]
    assert [one["code"] for one in await open_discrepancies(gateway, number)] == [
        "outcome_id_reused"
    ]


async def test_a_granted_reward_that_the_platform_judges_invalid_is_shown(
    gateway: RunningGateway,
) -> None:
    number = await a_granted_ticket(gateway)
    account = (await get_ticket(gateway, number))["account_id"]
    reward = {
        "reward_id": gateway.new_id("rew"), "version": 1, "account_id": account,
        "partner_id": "velotel", "kind": "cashback", "state": "invalid",
        "changed_at": datetime.now(UTC).isoformat(), "granted_by_ticket": number,
    }  # fmt: skip
    address, headers = f"/v1/rewards/{reward['reward_id']}", gateway.as_platform(account)
    for _ in range(2):
        assert (await gateway.http.put(address, json=reward, headers=headers)).status_code == 200
    (one,) = await open_discrepancies(gateway, number)
    assert (one["actor"], one["message"], one["body"]["state"]) == (
        "platform",
        "reward_changed",
        "invalid",
    )


async def test_an_agent_closes_a_discrepancy_once_with_a_note(gateway: RunningGateway) -> None:
    number = await a_granted_ticket(gateway)
    await send_outcomes(gateway, outcome(gateway, number, "rejected"))
    (one,) = await open_discrepancies(gateway, number)
    address = f"/v1/discrepancies/{one['discrepancy_id']}/closure"
    empty = await gateway.http.post(address, json={"note": " "}, headers=gateway.as_agent())
    assert (problem_of(empty), list(field_errors_of(empty))) == ((422, "malformed"), ["note"])
    platform = await gateway.http.post(address, json={"note": "x"}, headers=gateway.as_platform())
    assert problem_of(platform) == (403, "forbidden")
    for name in ("anna", "bela"):
        done = await gateway.http.post(
            address, json={"note": f"{name} was here"}, headers=gateway.as_agent(name)
        )
        assert done.status_code == 200, done.text
        assert (done.json()["closed_by"], done.json()["closing_note"]) == (
            "agent:anna",
            "anna was here",
        )
    assert await open_discrepancies(gateway, number) == []
    unknown = await gateway.http.post(
        "/v1/discrepancies/999999999/closure", json={"note": "x"}, headers=gateway.as_agent()
    )
    assert problem_of(unknown) == (404, "unknown_discrepancy")


async def test_the_agent_pages_count_show_and_close_discrepancies(gateway: RunningGateway) -> None:
    number = await a_granted_ticket(gateway)
    await send_outcomes(gateway, outcome(gateway, number, "rejected", reason_code="order_returned"))
    async with signed_in_agent(gateway) as client:
        queue = (await client.get("/desk/queues/discrepancies?language=en")).text
        row = queue.partition(number)[2].partition("</tr>")[0]
        assert "rejected" in row
        assert "partner Velotel" in row
        page = (await client.get(f"/desk/tickets/{number}?language=en")).text
        assert "What contradicts this ticket" in page
        assert "The order was returned." in page
        assert "order_returned" not in page.partition("What you can do")[0]
        (address,) = re.findall(r'action="(/desk/tickets/[^"]+/discrepancies/\d+)"', page)
        token = dict(re.findall(r'name="(csrf_token)" value="([^"]+)"', page))
        unsigned = await client.post(address, data={"closing_note": "done"})
        assert unsigned.status_code == 403
        empty = await client.post(address, data=token | {"closing_note": " "})
        assert empty.status_code == 303
        assert len(await open_discrepancies(gateway, number)) == 1
        closed = await client.post(address, data=token | {"closing_note": "taken back"})
        assert closed.status_code == 303
        assert "What contradicts" not in (await client.get(f"/desk/tickets/{number}")).text
    (one,) = (await get_ticket(gateway, number))["discrepancies"]
    assert (one["closed_by"], one["closing_note"]) == ("agent:dorota", "taken back")
