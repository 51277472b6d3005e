"""Malformed input of the workflow is refused with a code; the workflow never gets stuck."""

import json
from typing import Final

import pytest

from tests.support.workflow.claims import a_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.payloads import raw_payload

VALID: Final = a_claim()
MALFORMED: Final[dict[str, list[object]]] = {
    "nothing": [],
    "not JSON": [raw_payload(b"{")],
    "two arguments": [VALID, VALID],
    "a list": [[VALID]],
    "a text": ["claim"],
    "a number": [7],
    "null": [None],
    "bytes": [b"\x00\xff"],
    "an escaped lone surrogate": [raw_payload(rb'{"\ud800": "\udfff"}')],
    "NUL": [raw_payload(rb'{"partner_id": "\u0000"}')],
    "too deep": [raw_payload(b"[" * 100_000 + b"]" * 100_000)],
    "too long": [{**VALID, "padding": "x" * 300_000}],
    "not finite": [raw_payload(b'{"partner_id": NaN}')],
    "an endless number": [raw_payload(b'{"partner_id": ' + b"9" * 10_000 + b"}")],
    "wrong types": [{key: [] for key in VALID}],
    "lists as keys of the order": [{**VALID, "kind": "gift", "contact": {"email": 5}}],
}


async def test_malformed_input_is_refused_with_a_code(env: TicketEnvironment) -> None:
    """R22, R23: the workflow answers queries and ends."""
    ends = {}
    for name, arguments in MALFORMED.items():
        await env.start_workflow(*arguments)
        outcome = await env.wait_until_closed()
        assert (await env.snapshot()).state == "discarded", name
        assert await env.transitions() == ["claim_discarded: created → discarded"], name
        ends[name] = (outcome.state, outcome.reason_code)
    assert ends == dict.fromkeys(MALFORMED, ("discarded", "incomplete"))
    assert (env.emails(""), env.partner.calls) == ([], [])


@pytest.mark.parametrize(
    "data", [json.dumps(VALID).encode("utf-16"), b'{"partner_id": "\xed\xa0\x80"}']
)
async def test_input_that_is_not_utf_8_is_refused_with_a_code(
    env: TicketEnvironment, data: bytes
) -> None:
    """JSON is UTF-8 (RFC 8259); Python's parser accepts more."""
    await env.start_workflow(raw_payload(data))
    assert (await env.wait_until_closed()).reason_code == "incomplete"


async def test_a_refusal_names_each_field_with_a_wrong_type(env: TicketEnvironment) -> None:
    """R23: none of the form's values is stored."""
    result = await env.file(contact={"email": "nobody", "name": "Jan"}, ordered_on="yesterday")
    assert result.status == "discarded"
    codes = {reason.field: reason.code for reason in result.reasons}
    assert codes.keys() >= {"contact.email", "ordered_on"}
    assert set(codes.values()) == {"incomplete"}
    assert "nobody" not in str(await env.row())


async def test_a_workflow_without_a_valid_ticket_number_is_refused(env: TicketEnvironment) -> None:
    await env.start_workflow(await env.prepare_claim(), number="ticket-1")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("discarded", "unknown_number")


async def test_a_message_to_a_claim_that_is_later_refused_is_not_lost(
    env: TicketEnvironment,
) -> None:
    env.database_proxy.cut()
    await env.start_workflow(a_claim(partner_id="nobody"))
    await env.send_outcome("confirmed", partner_id="nobody")
    env.database_proxy.restore()
    assert (await env.wait_until_closed()).reason_code == "unknown_partner"
    assert len(await env.message_log()) == 1
