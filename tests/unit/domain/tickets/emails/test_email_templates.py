"""Every e-mail has all parameters of its template."""

import pytest

from adapters.email.renderer import EmailRenderer
from domain.handlers.message_handling import handle_message
from domain.partners.market import LANGUAGES
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import (
    OutgoingEmail,
)
from domain.tickets.messages.commands import Decision
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    NUMBER,
    a_decision,
    a_new_ticket,
    a_question,
    a_withdrawal,
    an_aggregate,
    an_outcome,
)
from tests.unit.domain.tickets.emails.queued_emails import AWAITING, queued_emails


def every_email() -> list[OutgoingEmail]:
    """One e-mail of each way through the transition table."""
    held = TicketAggregate(a_new_ticket())
    held.open(NOW, held_until=NOW)
    ways = [held]
    for found in (HoldReleaseResult.REWARD_REGISTERED, HoldReleaseResult.TERMS_NOT_MET):
        way = an_aggregate(State.ON_HOLD)
        way.apply_release(found, NOW)
        ways.append(way)
    for settlement in SettlementResult:
        way = an_aggregate(AWAITING)
        way.apply_settlement(settlement, NOW)
        ways.append(way)
    rejected: Decision = a_decision("rejected")
    messages = (
        a_withdrawal(),
        rejected,
        a_decision(),
        an_outcome(),
        an_outcome("rejected"),
        a_question(),
        a_question(questions=[], note="Which colour?"),
    )
    for message in messages:
        way = an_aggregate()
        handle_message(way, message, NOW)
        ways.append(way)
    return [email for way in ways for email in queued_emails(way)]


@pytest.mark.parametrize("email", every_email(), ids=lambda email: email.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_email_has_all_parameters_of_its_template(
    email: OutgoingEmail, language: str
) -> None:
    """R27, R28, R34: subject and body name the number."""
    book = EmailRenderer("service@example.com")
    everywhere = {"number": NUMBER, "partner_name": "VeloTel", "member_name": "Jan Kowalski"}
    written = book.render(email.kind, language, everywhere | email.params)
    assert NUMBER in written.subject
    assert NUMBER in written.text
    assert NUMBER in written.html
