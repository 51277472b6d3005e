"""A running ticket survives an upgrade whose checks refuse everything that was stored before."""

from tests.support.stricter_checks import stricter_checks
from tests.support.workflow.claims import an_order
from tests.support.workflow.environment import TicketEnvironment

REQUESTED = "information_requested"


async def test_a_ticket_goes_on_to_its_grant_under_stricter_checks(env: TicketEnvironment) -> None:
    """Rules, claim, contact, state, outcomes, results and e-mails are read as they were stored."""
    await env.file_and_send()
    with stricter_checks():
        await env.send_outcome(REQUESTED, questions=["order_number"])
        await env.wait_for_state(REQUESTED)
        answers = {"order_number": an_order()}
        await env.send_update("provide_information", answers=answers)
        await env.wait_for_state("sent_to_partner")
        await env.send_outcome("confirmed", cancellation_ends_on="2026-01-01")
        closed = await env.wait_until_closed()
        assert (closed.state, str(closed.granted_amount and closed.granted_amount.amount)) == (
            "resolved",
            "40.00",
        )
        await env.wait_for_emails(
            "confirmation", "information_needed", "partner_confirmed", "resolved"
        )
