"""Commands that a ticket refuses: wrong amounts, and all after its end."""

from typing import Any

import pytest

from tests.gateway.api.tickets.commands import CONFIRMED
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    a_closed_ticket,
    a_sent_ticket,
    field_errors_of,
    problem_of,
)


@pytest.mark.parametrize(
    ("reward", "code", "fields"),
    [
        ({"amount": "0", "currency": "PLN"}, "reward_required", {"reward": "required"}),
        (
            {"amount": "5", "currency": "EUR"},
            "wrong_currency",
            {"reward.currency": "wrong_currency"},
        ),
    ],
)  # fmt: skip
async def test_an_amount_that_cannot_be_paid_is_refused(
    gateway: RunningGateway, reward: dict[str, str], code: str, fields: dict[str, str]
) -> None:
    number = await a_sent_ticket(gateway)
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/decision",
        json=CONFIRMED | {"reward": reward},
        headers=gateway.as_agent(),
    )
    assert (problem_of(answer), field_errors_of(answer)) == ((422, code), fields)


@pytest.mark.parametrize(
    ("call", "body"),
    [
        ("decision", CONFIRMED),
        ("withdrawal", {}),
        ("information", {"questions": ["Really?"]}),
        ("information", {"note": "late"}),
        ("resend", {}),
    ],
)
async def test_after_the_end_a_command_is_refused_and_logged_once(
    gateway: RunningGateway, call: str, body: dict[str, Any]
) -> None:
    number = await a_closed_ticket(gateway)
    late = body | {"request_id": "late"}
    for _ in range(2):
        answer = await gateway.http.post(
            f"/v1/tickets/{number}/{call}", json=late, headers=gateway.as_agent()
        )
        assert problem_of(answer) == (409, "action_not_allowed")
    entries = [one for one in await gateway.env.message_log() if one["message_id"] == "late"]
    assert [(one["code"], one["actor"]) for one in entries] == [
        ("action_not_allowed", "agent:dorota")
    ]
