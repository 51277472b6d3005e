"""Commands that are malformed, and the fields that their problems name."""

import json
from typing import Any

import pytest

from tests.gateway.api.tickets.commands import CONFIRMED, UNKNOWN
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import (
    field_errors_of,
    problem_of,
)


@pytest.mark.parametrize(
    ("call", "body", "fields"),
    [
        ("decision", {}, {"outcome": "required"}),
        ("decision", {"outcome": "perhaps"}, {"outcome": "not_an_option"}),
        ("decision", {"outcome": "confirmed"}, {"note": "required"}),
        ("decision", {"outcome": "confirmed", "note": "  "}, {"note": "malformed_pattern"}),
        ("decision", {"outcome": "rejected"}, {"reason_code": "required"}),
        (
            "decision",
            {"outcome": "rejected", "reason_code": "bad"},
            {"reason_code": "not_an_option"},
        ),
        (
            "decision",
            CONFIRMED | {"reward": {"amount": "-1", "currency": "PLN"}},
            {"reward.amount": "malformed_pattern"},
        ),
        ("withdrawal", {"reason": "x" * 4001}, {"reason": "too_long"}),
        ("withdrawal", {"request_id": "with space"}, {"request_id": "malformed_pattern"}),
        ("information", {}, {"questions": "required"}),
        ("information", {"questions": [], "note": "x"}, {"questions": "required"}),
        ("information", {"questions": ["a"], "note": "x"}, {"questions": "either_or"}),
        ("information", {"answers": {"order_number": "\ud800"}}, {"answers": "not_text"}),
    ],
)  # fmt: skip
async def test_a_malformed_command_names_its_fields(
    gateway: RunningGateway, call: str, body: dict[str, Any], fields: dict[str, str]
) -> None:
    headers = gateway.as_agent() | {"content-type": "application/json"}
    answer = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/{call}", content=json.dumps(body), headers=headers
    )
    assert problem_of(answer) == (422, "malformed")
    assert field_errors_of(answer) == fields


@pytest.mark.parametrize("answer", ["[" * 400 + "]" * 400, "NaN", "-Infinity"])
async def test_a_body_that_no_workflow_could_read_is_malformed(
    gateway: RunningGateway, answer: str
) -> None:
    """Nested too deeply, or with numbers that JSON does not have."""
    body = f'{{"answers": {{"order_number": {answer}}}}}'
    headers = gateway.as_agent() | {"content-type": "application/json"}
    refused = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/information", content=body, headers=headers
    )
    assert (problem_of(refused), field_errors_of(refused)) == ((422, "malformed"), {"body": "json"})


async def test_a_body_beyond_the_limit_of_a_ticket_is_refused(gateway: RunningGateway) -> None:
    body = {"answers": {"order_number": "x" * 300_000}}
    answer = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/information", json=body, headers=gateway.as_agent()
    )
    assert problem_of(answer) == (413, "payload_too_large")
