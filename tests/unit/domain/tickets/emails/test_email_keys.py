"""Keys and languages of e-mails."""

import pytest

from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_aggregate import TicketAggregate
from domain.tickets.changes.emails import (
    select_language,
)
from domain.tickets.settlement import HoldReleaseResult, SettlementResult
from tests.support.builders import (
    NOW,
    a_decision,
    a_new_ticket,
)
from tests.unit.domain.tickets.emails.queued_emails import queued_emails


def test_the_keys_of_a_tickets_emails_are_unique() -> None:
    """R28: a mail server that honours Message-ID delivers each once."""
    aggregate = TicketAggregate(a_new_ticket())
    aggregate.open(NOW, held_until=NOW)
    aggregate.apply_release(HoldReleaseResult.NO_REWARD, NOW)
    handle_message(aggregate, a_decision(), NOW)
    aggregate.apply_settlement(SettlementResult.GRANTED, NOW)
    keys = [email.key for email in queued_emails(aggregate)]
    assert len(keys) == len(set(keys)) == 3


@pytest.mark.parametrize(
    ("requested", "market", "language"),
    [("de", "pl", "de"), ("fr", "pl", "pl"), (None, "de", "de"), ("", "en", "en")],
)
def test_an_email_is_in_the_members_language_or_the_markets(
    requested: str | None, market: str, language: str
) -> None:
    assert select_language(requested, market) == language
