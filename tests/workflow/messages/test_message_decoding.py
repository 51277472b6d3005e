"""Malformed input of the workflow: a coded refusal, never a stuck workflow."""

import json
from typing import Final

import pytest

from tests.support.claims import a_claim
from tests.support.environment import Stage, raw

SOUND: Final = a_claim()
MALFORMED: Final[dict[str, list[object]]] = {
    "nothing": [],
    "not JSON": [raw(b"{")],
    "two arguments": [SOUND, SOUND],
    "a list": [[SOUND]],
    "a text": ["claim"],
    "a number": [7],
    "null": [None],
    "bytes": [b"\x00\xff"],
    "half a character, escaped": [raw(rb'{"\ud800": "\udfff"}')],
    "NUL": [raw(rb'{"partner_id": "\u0000"}')],
    "too deep": [raw(b"[" * 100_000 + b"]" * 100_000)],
    "too long": [{**SOUND, "padding": "x" * 300_000}],
    "not finite": [raw(b'{"partner_id": NaN}')],
    "an endless number": [raw(b'{"partner_id": ' + b"9" * 10_000 + b"}")],
    "wrong types": [{key: [] for key in SOUND}],
    "lists as keys of the order": [{**SOUND, "kind": "gift", "contact": {"email": 5}}],
}


async def test_malformed_input_is_refused_with_a_code(stage: Stage) -> None:
    """R22, R23: and the workflow answers queries and ends."""
    ends = {}
    for name, arguments in MALFORMED.items():
        await stage.begin(*arguments)
        outcome = await stage.ended()
        assert (await stage.snapshot()).state == "discarded", name
        assert await stage.moves() == ["claim_discarded: created → discarded"], name
        ends[name] = (outcome.state, outcome.reason_code)
    assert ends == dict.fromkeys(MALFORMED, ("discarded", "incomplete"))
    assert (stage.letters(""), stage.partner.calls) == ([], [])


@pytest.mark.parametrize(
    "data", [json.dumps(SOUND).encode("utf-16"), b'{"partner_id": "\xed\xa0\x80"}']
)
async def test_input_that_is_no_utf_8_is_refused_with_a_code(stage: Stage, data: bytes) -> None:
    """JSON is UTF-8 (RFC 8259); Python's parser takes more than that."""
    await stage.begin(raw(data))
    assert (await stage.ended()).reason_code == "incomplete"


async def test_wrong_types_are_named_field_by_field(stage: Stage) -> None:
    """R23: and nothing of the form stays in the books."""
    answer = await stage.file(contact={"email": "nobody", "name": "Jan"}, ordered_on="yesterday")
    assert answer.status == "discarded"
    named = {reason.field: reason.code for reason in answer.reasons}
    assert named.keys() >= {"contact.email", "ordered_on"}
    assert set(named.values()) == {"incomplete"}
    assert "nobody" not in str(await stage.row())


async def test_a_workflow_under_no_ticket_number_is_refused(stage: Stage) -> None:
    await stage.begin(await stage.prepare(), number="ticket-1")
    outcome = await stage.ended()
    assert (outcome.state, outcome.reason_code) == ("discarded", "unknown_number")


async def test_a_message_to_a_claim_that_is_then_refused_is_not_lost(stage: Stage) -> None:
    stage.database_wire.cut()
    await stage.begin(a_claim(partner_id="nobody"))
    await stage.partner_says("confirmed", partner_id="nobody")
    stage.database_wire.mend()
    assert (await stage.ended()).reason_code == "unknown_partner"
    assert len(await stage.notes()) == 1
