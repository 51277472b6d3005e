"""The first transitions: accepted, refused and discarded claims (R22-R28)."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.workflow.claims import days_ago
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import DOWN, TRANSITIONS_TO


async def test_an_accepted_claim_is_confirmed_and_sent_to_its_partner(
    env: TicketEnvironment,
) -> None:
    """R22, R26-R28: result and e-mail contain the number; the partner gets all answers."""
    claim = await env.prepare_claim()
    result = await env.file(claim)
    assert (result.status, result.state, result.number) == ("accepted", "validated", env.number)
    row = await env.wait_for_state("sent_to_partner")
    await env.wait_for_attributes(State="sent_to_partner", DueAt=row["due_at"])
    await env.wait_for_emails("confirmation")
    (email,) = env.mailbox.find(number=env.number)
    assert env.number in email.subject
    assert env.number in email.text
    assert email.to == "acc-1001@example.com"
    (call,) = env.partner.calls
    assert call.claim["answers"] == claim["answers"]
    assert row["partner_reference"] == "ref-1"
    assert await env.transitions() == TRANSITIONS_TO["sent_to_partner"]


async def test_the_response_deadline_counts_from_the_acceptance_of_the_claim(
    env: TicketEnvironment,
) -> None:
    env.partner.default_response = DOWN
    await env.file()
    row = await env.wait_for_state("validated")
    (accepted,) = await env.rows("ticket_transitions", "seq")
    assert (
        timedelta(days=13, hours=22) < row["due_at"] - accepted["at"] < timedelta(days=14, hours=2)
    )
    await env.wait_for_attributes(State="validated", DueAt=row["due_at"])


async def test_an_incomplete_claim_is_discarded_immediately(env: TicketEnvironment) -> None:
    """R23: the result names the field; no e-mail, no call, no personal data in the database."""
    result = await env.file(answers={})
    assert (result.status, result.state) == ("discarded", "discarded")
    assert [(reason.code, reason.field) for reason in result.reasons] == [
        ("incomplete", "order_number")
    ]
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("discarded", "incomplete")
    assert await env.transitions() == ["claim_discarded: created → discarded"]
    row = await env.row()
    assert (row["contact"], row["answers"], row["account_id"]) == (None, None, None)
    assert (env.emails(), env.partner.calls) == ([], [])


async def test_operators_find_a_refused_claim_as_discarded(env: TicketEnvironment) -> None:
    """docs/contract.md: `TicketState` is set also for a ticket that is closed immediately."""
    await env.file(ordered_on=days_ago(200).isoformat())
    await env.wait_until_closed()
    await env.wait_for_attributes(State="discarded")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"partner_id": "nobody"}, "refused", "unknown_partner"),
        ({"ordered_on": days_ago(200).isoformat()}, "refused", "link_does_not_fit"),
        ({"ordered_on": days_ago(-3).isoformat()}, "refused", "order_in_future"),
        ({"ordered_on": days_ago(0).isoformat()}, "refused", "too_early"),
    ],
)
async def test_a_refused_claim_ends_with_its_code(
    env: TicketEnvironment, changes: dict[str, Any], status: str, code: str
) -> None:
    result = await env.file(**changes)
    assert (result.status, [reason.code for reason in result.reasons]) == (status, [code])
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("discarded", code)
