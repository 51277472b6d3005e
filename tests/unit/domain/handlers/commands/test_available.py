"""The available commands are those that are accepted."""

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
from tests.unit.domain.handlers.commands.undecided_tickets import a_resend, result_of


@pytest.mark.parametrize("attention", [(), (Attention.PARTNER_SILENT,)])
@pytest.mark.parametrize("state", list(State))
def test_the_available_commands_are_the_accepted_ones(
    state: State, attention: tuple[Attention, ...]
) -> None:
    available = available_commands(state, attention)
    commands: dict[str, TicketCommand] = {
        "decide": a_decision(outcome="rejected", reason_code="other"),
        "withdraw": a_withdrawal(),
        "request_information": InformationRequest(
            request_id="req-9", actor="agent-7", questions=("order_number",)
        ),
        "resend_to_partner": a_resend(),
    }
    accepted = set()
    for name, command in commands.items():
        aggregate = an_aggregate(state)
        aggregate.ticket = replace(aggregate.ticket, attention=attention)
        if result_of(handle_message(aggregate, command, NOW))[1] is None:
            accepted.add(name)
    assert accepted == available
