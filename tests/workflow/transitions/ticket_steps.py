"""Steps that bring a ticket to a state, and the checks of a closed ticket."""

from typing import Any

from tests.support.workflow.claims import an_early_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.workflow.expectations import AWAITING, DOWN, TRANSITIONS_TO


async def bring_to(env: TicketEnvironment, state: str) -> list[str]:
    """Bring a ticket to a state; return the e-mails sent by then."""
    match state:
        case "validated":
            env.partner.default_response = DOWN
            await env.file()
        case "on_hold":
            await env.file(an_early_claim())
        case "sent_to_partner":
            await env.file_and_send()
        case _:
            await env.file_and_confirm()
    await env.wait_for_state(state)
    return ["confirmation", "partner_confirmed"] if state == AWAITING else ["confirmation"]


async def check_closed(
    env: TicketEnvironment, previous_state: str, last: str, emails: list[str]
) -> dict[str, Any]:
    """Wait until the ticket is closed; check transitions, e-mails, attributes and the row."""
    outcome = await env.wait_until_closed()
    row = await env.row()
    assert await env.transitions() == [*TRANSITIONS_TO[previous_state], last]
    assert (row["state"], row["due_at"], row["attention"]) == (outcome.state, None, [])
    assert (outcome.number, outcome.reason_code) == (env.number, row["reason_code"])
    await env.wait_for_emails(*emails)
    await env.wait_for_attributes(State=outcome.state)
    assert all(email["sent_at"] for email in await env.rows("emails", "key"))
    return row
