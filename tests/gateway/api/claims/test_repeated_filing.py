"""A repeated claim gets its first result, whatever has happened to its ticket since."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from domain.values.ticket_number import derive_number
from tests.gateway.api.claims.filing import filed
from tests.gateway.api.claims.repeated_filing import (
    SERVER_FLAGS,
    assert_same_result,
    delete,
    first_filed,
    is_known,
)
from tests.support.databases import fresh_database
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.setup import run_gateway
from tests.support.workflow.claims import a_claim
from tests.support.workflow.temporal_servers import dev_server


@pytest.fixture(scope="module")
async def short_history_gateway(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[RunningGateway]:
    """A gateway with a Temporal server that suggests continue-as-new after 30 events."""
    emails: Path = tmp_path_factory.mktemp("emails")
    async with (
        dev_server(*SERVER_FLAGS) as server,
        fresh_database(postgres_server) as database_url,
        run_gateway(server, database_url, emails) as gateway,
    ):
        yield gateway


async def test_a_closed_ticket_that_was_continued_as_new_returns_its_first_result(
    short_history_gateway: RunningGateway,
) -> None:
    """Temporal looks for the result in the last run only, and it belongs to the first."""
    claim, key, first = await first_filed(short_history_gateway)
    env = short_history_gateway.env
    await env.wait_for_state("sent_to_partner")
    first_run = (await env.handle.describe()).run_id
    for stray in range(12):
        await env.signal("partner_outcome", {"outcome_id": f"stray-{stray}"})
        await env.wait_for_messages(*["malformed"] * (stray + 1))
    assert (await env.handle.describe()).run_id != first_run
    await assert_same_result(short_history_gateway, claim, key, first)
    await env.send_update("withdraw")
    await env.wait_until_closed()
    await assert_same_result(short_history_gateway, claim, key, first)


async def test_a_claim_that_temporal_has_forgotten_gets_its_first_result_and_no_new_run(
    short_history_gateway: RunningGateway,
) -> None:
    """A new run would copy the claim's personal data into a new history."""
    env = short_history_gateway.env
    filings = [await first_filed(short_history_gateway)]
    await env.wait_for_state("sent_to_partner")
    await env.send_update("withdraw")
    await env.wait_until_closed()
    malformed: list[dict[str, Any]] = [{"answers": {}}, {"partner_id": "nobody"}]
    for changes in malformed:
        filings.append(await first_filed(short_history_gateway, **changes))
        assert filings[-1][2].json()["state"] == "discarded"
        await env.wait_until_closed()
        await assert_same_result(short_history_gateway, *filings[-1])
    numbers = [first.json()["number"] for _, _, first in filings]
    await asyncio.gather(*(delete(env, number) for number in numbers))
    for one in filings:
        await assert_same_result(short_history_gateway, *one)
    assert not any([await is_known(env, number) for number in numbers])


async def test_a_ticket_whose_workflow_was_terminated_returns_its_first_result(
    short_history_gateway: RunningGateway,
) -> None:
    claim, key, first = await first_filed(short_history_gateway)
    await short_history_gateway.env.handle.terminate("by hand")
    await assert_same_result(short_history_gateway, claim, key, first)


async def test_a_claim_whose_workflow_was_terminated_before_its_decision_is_decided_when_repeated(
    short_history_gateway: RunningGateway,
) -> None:
    """Nothing was stored, so nothing is done twice."""
    env = short_history_gateway.env
    claim, key = (
        await env.prepare_claim(a_claim(account=short_history_gateway.new_id("acc"))),
        short_history_gateway.new_id("key"),
    )
    await env.stop_workers()
    number = derive_number(claim["account_id"], key)
    await env.start_workflow(claim, number=number)
    await env.handle.terminate("by hand")
    await env.start_workers()
    answer = await filed(short_history_gateway, claim, key)
    assert (answer.status_code, answer.json()["status"]) == (201, "accepted")
    assert (await env.handle.describe()).status == WorkflowExecutionStatus.RUNNING
    await env.wait_for_state("sent_to_partner")
    await assert_same_result(short_history_gateway, claim, key, answer)
