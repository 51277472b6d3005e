"""Only a page of ours, in the agent's own session, makes the gateway act for the agent."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.databases import fresh_database
from tests.support.gateway.agent_browser import signed_in_agent, withdrawal_form
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.gateway.tickets import a_sent_ticket
from tests.support.workflow.temporal_servers import dev_server


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"csrf_token": ""}, {}),
        ({"csrf_token": None}, {}),
        ({"csrf_token": "nonsense"}, {}),
        ({}, {"sec-fetch-site": "cross-site"}),
        ({}, {"sec-fetch-site": "same-site"}),
    ],
)
async def test_a_form_that_is_not_from_our_page_does_nothing(
    gateway: RunningGateway, changes: dict[str, Any], headers: dict[str, str]
) -> None:
    number = await a_sent_ticket(gateway)
    async with signed_in_agent(gateway) as client:
        form = {
            k: v
            for k, v in (await withdrawal_form(client, number) | changes).items()
            if v is not None
        }
        answer = await client.post(f"/desk/tickets/{number}", data=form, headers=headers)
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("text/html")
        out = await client.post("/desk/sign-out", data=form, headers=headers)
        assert out.status_code == 403
    assert (await gateway.env.row())["state"] == "sent_to_partner"


async def test_a_form_of_another_session_does_nothing(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    async with signed_in_agent(gateway, "eve") as other, signed_in_agent(gateway) as client:
        form = await withdrawal_form(other, number)
        assert (await client.post(f"/desk/tickets/{number}", data=form)).status_code == 403
        assert (await other.post(f"/desk/tickets/{number}", data=form)).status_code == 303


async def test_without_a_session_nothing_is_done(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    async with signed_in_agent(gateway) as client:
        form = await withdrawal_form(client, number)
    answer = await gateway.http.post(f"/desk/tickets/{number}", data=form)
    assert answer.status_code == 401
    member = await gateway.http.get(
        "/desk", headers={"cookie": f"tickets_agent={gateway.login_token()}"}
    )
    assert member.status_code == 401


async def test_a_success_message_without_an_action_is_not_shown(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    async with signed_in_agent(gateway) as client:
        page = await client.get(f"/desk/tickets/{number}?done=withdraw")
    assert 'role="status"' not in page.text


@pytest.mark.parametrize(
    "changes", [{"action": "erase"}, {"request_id": ""}, {"request_id": "with space"}]
)
async def test_a_form_with_unknown_values_is_malformed(
    gateway: RunningGateway, changes: dict[str, str]
) -> None:
    number = await a_sent_ticket(gateway)
    async with signed_in_agent(gateway) as client:
        form = await withdrawal_form(client, number) | changes
        assert (await client.post(f"/desk/tickets/{number}", data=form)).status_code == 422


async def test_the_agent_pages_are_not_part_of_the_api(gateway: RunningGateway) -> None:
    paths = (await gateway.http.get("/openapi.json")).json()["paths"]
    assert not [path for path in paths if path.startswith("/desk")]


async def test_an_unreadable_search_finds_nothing(gateway: RunningGateway) -> None:
    async with signed_in_agent(gateway) as client:
        for query in ("q=%00@x", "partner=%00", "state=lost&attention=lost", "q=a&after=nonsense"):
            assert (await client.get(f"/desk?{query}")).status_code == 200, query
        assert (await client.get("/desk/queues/lost")).status_code == 422
        assert (await client.get("/desk/tickets/%00")).status_code == 404


async def test_an_unanswered_request_is_sent_again_and_acts_once(
    postgres_server: str, tmp_path: Path
) -> None:
    """Without a worker the page shows the entries again, under the id of the first attempt."""
    async with (
        dev_server() as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, tmp_path) as gateway,
        signed_in_agent(gateway) as client,
    ):
        number = await a_sent_ticket(gateway)
        form = await withdrawal_form(client, number)
        await gateway.env.stop_workers()
        answer = await client.post(f"/desk/tickets/{number}", data=form)
        assert answer.status_code == 503
        assert form["request_id"] in answer.text
        assert "filed twice" in answer.text
        await gateway.env.start_workers()
        for _ in range(2):
            again = await client.post(f"/desk/tickets/{number}", data=form)
            assert again.status_code == 303
        assert "is withdrawn" in (await client.get(again.headers["location"])).text
        transitions = [
            transition
            for transition in await gateway.env.transitions()
            if transition.startswith("withdrawn")
        ]
        assert len(transitions) == 1


async def test_a_refusal_is_shown_at_its_field_and_the_next_try_is_a_new_request(
    gateway: RunningGateway,
) -> None:
    number = await a_sent_ticket(gateway)
    await gateway.env.send_outcome("confirmed", reward={"amount": "900", "currency": "PLN"})
    await gateway.env.wait_for_state("awaiting_cancellation_period", "amount_undecided")
    async with signed_in_agent(gateway) as client:
        form = await withdrawal_form(client, number) | {
            "action": "confirm",
            "confirm_note": "they said so",
        }
        answer = await client.post(f"/desk/tickets/{number}", data=form)
        assert answer.status_code == 422
        assert 'id="confirm_amount-error"' in answer.text
        assert "they said so" in answer.text
        assert form["request_id"] not in answer.text
