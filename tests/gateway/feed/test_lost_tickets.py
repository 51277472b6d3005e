"""Open tickets without a running workflow: how they are found, and resumed."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from adapters.postgres.platform.feed_records import store_reward
from adapters.postgres.tickets.resumption import list_lost_tickets
from tests.gateway.api.claims.filing import prepared
from tests.gateway.api.claims.repeated_filing import delete
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import reward_for
from workflows.resumption import check_open_tickets, has_running_workflow

ROOT = Path(__file__).resolve().parents[3]
REJECTION = {"outcome": "rejected", "reason_code": "order_not_found", "request_id": "desk-1"}


async def a_sent_ticket(gateway: RunningGateway) -> str:
    """Return the number of a ticket that the partner has received."""
    claim = await prepared(gateway)
    await gateway.env.file_and_send(claim=claim)
    return gateway.env.number


async def check_all_tickets(gateway: RunningGateway) -> None:
    """Check every open ticket as the background job does, without its pauses."""
    after = "ZW"
    while after:
        after, _ = await check_open_tickets(
            gateway.env.database, gateway.env.client, after, grace=timedelta(0)
        )


async def run_repair(gateway: RunningGateway, *arguments: str) -> tuple[int, str]:
    """Return exit code and output of the command."""
    settings = gateway.app.state.context.settings
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "repair", *arguments),
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": settings.database_url,
            "TEMPORAL_ADDRESS": gateway.env.client.service_client.config.target_host,
            "SMTP_URL": "smtp://localhost:1",
            "TICKETS_MAIL_FROM": "tickets@rewards.example",
            "TICKETS_SUPPORT_EMAIL": settings.support_email,
        },
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def test_a_command_to_a_lost_ticket_is_not_stored_and_works_after_the_repair(
    gateway: RunningGateway,
) -> None:
    number = await a_sent_ticket(gateway)
    await gateway.env.handle.terminate("by hand")
    for _ in range(2):
        answer = await gateway.http.post(
            f"/v1/tickets/{number}/decision", json=REJECTION, headers=gateway.as_agent()
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "workflow_lost")
        assert answer.headers["retry-after"]
    for path, content in (("withdrawal", {}), ("resend", {}), ("information", {"note": "?"})):
        answer = await gateway.http.post(
            f"/v1/tickets/{number}/{path}", json=content, headers=gateway.as_agent()
        )
        assert (answer.status_code, answer.json()["code"]) == (503, "workflow_lost"), path
    assert await gateway.env.rows("request_results", "request_id") == []
    await check_all_tickets(gateway)
    seen = await gateway.http.get(f"/v1/tickets/{number}", headers=gateway.as_agent())
    assert [one["code"] for one in seen.json()["attention"]] == ["workflow_lost"]
    query = {"attention": "workflow_lost", "number": number}
    found = await gateway.http.get("/v1/tickets", params=query, headers=gateway.as_agent())
    assert [one["number"] for one in found.json()["tickets"]] == [number]
    assert await run_repair(gateway, number, "--dry-run") == (0, f"{number}: lost\n")
    assert await run_repair(gateway, number.lower()) == (0, f"{number}: resumed\n")
    await gateway.env.wait_for_state("sent_to_partner")
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/decision", json=REJECTION, headers=gateway.as_agent()
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
    await gateway.env.wait_until_closed()
    assert await run_repair(gateway, number) == (3, f"{number}: nothing to do\n")


async def test_a_ticket_whose_workflow_was_deleted_is_resumed_too(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    await delete(gateway.env, number)
    await check_all_tickets(gateway)
    assert (await gateway.env.row())["attention"] == ["workflow_lost"]
    code, output = await run_repair(gateway)
    assert code == 0
    assert f"{number}: resumed" in output
    await gateway.env.wait_for_state("sent_to_partner")
    assert await has_running_workflow(gateway.env.client, number)
    await gateway.env.send_update("withdraw")
    assert (await gateway.env.wait_until_closed()).state == "withdrawn"


async def test_a_reward_that_was_registered_meanwhile_ends_the_ticket_after_the_repair(
    gateway: RunningGateway,
) -> None:
    claim = await prepared(gateway)
    await gateway.env.file_and_send(claim=claim)
    await gateway.env.handle.terminate("by hand")
    reward = reward_for(claim, reward_id=gateway.new_id("rew"), state="registered")
    await store_reward(gateway.env.database, reward)
    assert await run_repair(gateway, gateway.env.number) == (0, f"{gateway.env.number}: resumed\n")
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    assert (await gateway.env.transitions())[-1].startswith("reward_registered")


async def test_the_command_refuses_an_invalid_ticket_number(gateway: RunningGateway) -> None:
    assert (await run_repair(gateway, "ZW-0000"))[0] == 2


async def test_lost_tickets_are_counted_for_operators(
    gateway: RunningGateway,
) -> None:
    await a_sent_ticket(gateway)
    await gateway.env.handle.terminate("by hand")
    await check_all_tickets(gateway)
    figures = await gateway.http.get("/metrics", headers=gateway.as_operator())
    lost = len(await list_lost_tickets(gateway.env.database))
    assert lost > 0
    assert f"tickets_without_workflow {lost}.0\n" in figures.text


async def test_a_wrong_namespace_marks_no_ticket(gateway: RunningGateway) -> None:
    """Temporal then finds no workflow for any ticket."""
    await a_sent_ticket(gateway)
    client = gateway.env.client
    elsewhere = Client(client.service_client, namespace="nobody-has-this")
    with pytest.raises(RPCError, match="amespace"):
        await check_open_tickets(gateway.env.database, elsewhere, grace=timedelta(0))
    assert (await gateway.env.row())["attention"] == []
