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
    """The e-mails of every transition that sends one."""
    held = TicketAggregate(a_new_ticket())
    held.open(NOW, held_until=NOW)
    aggregates = [held]
    for release in (HoldReleaseResult.REWARD_REGISTERED, HoldReleaseResult.TERMS_NOT_MET):
        aggregate = an_aggregate(State.ON_HOLD)
        aggregate.apply_release(release, NOW)
        aggregates.append(aggregate)
    for settlement in SettlementResult:
        aggregate = an_aggregate(AWAITING)
        aggregate.apply_settlement(settlement, NOW)
        aggregates.append(aggregate)
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
        aggregate = an_aggregate()
        handle_message(aggregate, message, NOW)
        aggregates.append(aggregate)
    return [email for aggregate in aggregates for email in queued_emails(aggregate)]


@pytest.mark.parametrize("email", every_email(), ids=lambda email: email.key)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_email_has_all_parameters_of_its_template(
    email: OutgoingEmail, language: str
) -> None:
    """R27, R28, R34: subject and body name the number."""
    renderer = EmailRenderer("service@example.com")
    common = {
        "number": NUMBER,
        "partner_name": "VeloTel",
        "member_name": "Jan Kowalski",
        "claimed": [],
    }
    rendered = renderer.render(email.kind, language, common | email.params)
    assert NUMBER in rendered.subject
    assert NUMBER in rendered.text
    assert NUMBER in rendered.html
