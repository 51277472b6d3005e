"""Malformed input of the workflow: a coded refusal, never a stuck workflow."""

import json
from typing import Final

import pytest

from tests.support.workflow.claims import a_claim
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.payloads import raw_payload

SOUND: Final = a_claim()
MALFORMED: Final[dict[str, list[object]]] = {
    "nothing": [],
    "not JSON": [raw_payload(b"{")],
    "two arguments": [SOUND, SOUND],
    "a list": [[SOUND]],
    "a text": ["claim"],
    "a number": [7],
    "null": [None],
    "bytes": [b"\x00\xff"],
    "half a character, escaped": [raw_payload(rb'{"\ud800": "\udfff"}')],
    "NUL": [raw_payload(rb'{"partner_id": "\u0000"}')],
    "too deep": [raw_payload(b"[" * 100_000 + b"]" * 100_000)],
    "too long": [{**SOUND, "padding": "x" * 300_000}],
    "not finite": [raw_payload(b'{"partner_id": NaN}')],
    "an endless number": [raw_payload(b'{"partner_id": ' + b"9" * 10_000 + b"}")],
    "wrong types": [{key: [] for key in SOUND}],
    "lists as keys of the order": [{**SOUND, "kind": "gift", "contact": {"email": 5}}],
}


async def test_malformed_input_is_check_rejected_a_code(env: TicketEnvironment) -> None:
    """R22, R23: and the workflow answers queries and ends."""
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
    "data", [json.dumps(SOUND).encode("utf-16"), b'{"partner_id": "\xed\xa0\x80"}']
)
async def test_input_that_is_no_utf_8_is_check_rejected_a_code(
    env: TicketEnvironment, data: bytes
) -> None:
    """JSON is UTF-8 (RFC 8259); Python's parser takes more than that."""
    await env.start_workflow(raw_payload(data))
    assert (await env.wait_until_closed()).reason_code == "incomplete"


async def test_wrong_types_are_named_field_by_field(env: TicketEnvironment) -> None:
    """R23: and nothing of the form stays in the database."""
    answer = await env.file(contact={"email": "nobody", "name": "Jan"}, ordered_on="yesterday")
    assert answer.status == "discarded"
    named = {reason.field: reason.code for reason in answer.reasons}
    assert named.keys() >= {"contact.email", "ordered_on"}
    assert set(named.values()) == {"incomplete"}
    assert "nobody" not in str(await env.row())


async def test_a_workflow_under_no_ticket_number_is_refused(env: TicketEnvironment) -> None:
    await env.start_workflow(await env.prepare_claim(), number="ticket-1")
    outcome = await env.wait_until_closed()
    assert (outcome.state, outcome.reason_code) == ("discarded", "unknown_number")


async def test_a_message_to_a_claim_that_is_then_refused_is_not_lost(
    env: TicketEnvironment,
) -> None:
    env.database_proxy.cut()
    await env.start_workflow(a_claim(partner_id="nobody"))
    await env.send_outcome("confirmed", partner_id="nobody")
    env.database_proxy.restore()
    assert (await env.wait_until_closed()).reason_code == "unknown_partner"
    assert len(await env.message_log()) == 1
