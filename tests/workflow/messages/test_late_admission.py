"""Claims that are filed while no worker runs, or again after their history was deleted."""

import asyncio
from typing import Any

from domain.admission.admission import AdmissionResult
from tests.support.polling import wait_until
from tests.support.workflow.claims import a_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.conftest import EnvironmentFactory
from workflows.client import admit_ticket


async def test_a_claim_that_is_filed_without_a_worker_is_admitted_later(
    open_env: EnvironmentFactory,
) -> None:
    async with open_env(with_workers=False) as env:
        claim = await env.prepare_claim()
        filing = asyncio.create_task(env.file(claim))
        await wait_until(lambda: _number(env), bool)
        await wait_until(env.history_events, lambda events: "WORKFLOW_TASK_SCHEDULED" in events)
        assert not filing.done()
        await env.start_workers()
        assert (await filing).status == "accepted"
        await env.wait_for_state("sent_to_partner")
        await env.wait_for_emails("confirmation")


async def test_a_number_without_a_history_returns_the_stored_result(
    open_env: EnvironmentFactory,
) -> None:
    """The result is in the database; nothing is sent, stored or granted a second time."""
    claim: dict[str, Any] = a_claim()
    async with open_env() as env:
        first = await env.file(claim, "once")
        before = await env.wait_for_state("sent_to_partner")
        await env.wait_for_emails("confirmation")
    async with open_env() as later_env:
        assert await _file_again(later_env, claim) == first
        outcome = await later_env.wait_until_closed()
        assert (outcome.number, outcome.granted_amount) == (first.number, None)
        assert await later_env.row() == before
        assert later_env.partner.calls == []
        assert later_env.emails() == ["confirmation"]
        assert "ACTIVITY_TASK_SCHEDULED" not in await later_env.history_events()


async def _number(env: TicketEnvironment) -> str:
    return env.number


async def _file_again(env: TicketEnvironment, claim: dict[str, Any]) -> AdmissionResult:
    result = await admit_ticket(env.client, claim, "once")
    env.number = result.number
    return result
