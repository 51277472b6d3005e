"""The commands that are offered are those that are accepted."""

import pytest

from domain.handlers.commands.available import available_commands
from domain.handlers.message_handling import handle_message
from domain.tickets.aggregate.ticket_fields import replace
from domain.tickets.attention import Attention
from domain.tickets.messages.commands import (
    InformationRequest,
    TicketCommand,
)
from domain.tickets.states import State
from tests.support.builders import (
    NOW,
    a_decision,
    a_withdrawal,
    an_aggregate,
)
from tests.unit.domain.handlers.commands.undecided_tickets import a_resend, answered


@pytest.mark.parametrize("attention", [(), (Attention.PARTNER_SILENT,)])
@pytest.mark.parametrize("state", list(State))
def test_what_is_offered_is_what_is_taken(state: State, attention: tuple[Attention, ...]) -> None:
    offered = available_commands(state, attention)
    asked: dict[str, TicketCommand] = {
        "decide": a_decision(outcome="rejected", reason_code="other"),
        "withdraw": a_withdrawal(),
        "request_information": InformationRequest(
            request_id="req-9", actor="agent-7", questions=("order_number",)
        ),
        "resend_to_partner": a_resend(),
    }
    taken = set()
    for name, request in asked.items():
        aggregate = an_aggregate(state)
        aggregate.ticket = replace(aggregate.ticket, attention=attention)
        if answered(handle_message(aggregate, request, NOW))[1] is None:
            taken.add(name)
    assert taken == offered
