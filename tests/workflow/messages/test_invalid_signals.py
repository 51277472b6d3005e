"""Signals that cannot be decoded, or that are not for this ticket: logged, and harmless."""

from typing import Final

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.payloads import raw_payload
from tests.workflow.messages.message_checks import OTHERS, check_unchanged_and_closable

STRANGE: Final[list[tuple[str, list[object]]]] = [
    ("partner_outcome", [raw_payload(b"{")]),
    ("partner_outcome", []),
    ("partner_outcome", [OTHERS, OTHERS]),
    ("partner_outcome", ["confirmed"]),
    ("partner_outcome", [None]),
    ("partner_outcome", [raw_payload(b"\x00\xff", b"binary/plain")]),
    ("partner_outcome", [raw_payload(b"", b"binary/null")]),
    ("partner_outcome", [OTHERS | {"outcome": "perhaps"}]),
    ("partner_outcome", [OTHERS | {"outcome_id": 7}]),
    ("partner_outcome", [OTHERS | {"reward": {"amount": "NaN", "currency": "PLN"}}]),
    ("partner_outcome", [raw_payload(rb'{"outcome_id": "evt-x", "note": "\ud800"}')]),
    ("partner_outcome", [OTHERS | {"note": "x" * 300_000}]),
    ("partner_outcome", [raw_payload(b"[" * 100_000)]),
    ("reward_registered", [{"reward_id": ""}]),
    ("no_such_signal", [{}]),
]


async def test_signals_that_cannot_be_decoded_are_logged_and_change_nothing(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    for name, arguments in STRANGE:
        await env.signal(name, *arguments)
    notes = await env.wait_for_messages(*["malformed"] * len(STRANGE))
    assert [note["message"] for note in notes] == [name for name, _ in STRANGE]
    await check_unchanged_and_closable(env)


async def test_a_signal_with_half_a_character_in_a_name_is_logged(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.signal("partner_outcome", raw_payload(rb'{"\ud800": 1}'))
    await env.wait_for_messages("malformed")
    await check_unchanged_and_closable(env)


async def test_an_outcome_that_is_not_for_this_ticket_changes_nothing(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.signal("partner_outcome", OTHERS)
    await env.send_outcome("confirmed", number="ZW-4KQ7-P9XT-M2AB-Z")
    await env.send_outcome("confirmed", number="not a number")
    notes = await env.wait_for_messages("wrong_partner", "wrong_ticket", "wrong_ticket")
    assert notes[0]["actor"] == "partner:buchkiste"
    assert notes[0]["seq"] is None
    await check_unchanged_and_closable(env)


async def test_unknown_fields_are_ignored_and_noted(env: TicketEnvironment) -> None:
    await env.file(loyalty_points=12)
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("rejected", reason_code="other", weather="rain")
    await env.wait_until_closed()
    filed, fields = await env.wait_for_messages("unknown_fields", "applied")
    assert "loyalty_points" in str(filed["body"])
    assert "weather" in str(fields["body"])
    assert fields["seq"] == 3


async def test_a_stray_message_does_not_change_the_partners_deadline(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    due_at = (await env.row())["due_at"]
    await env.skip_time(days=13)
    await env.signal("partner_outcome", OTHERS)
    await env.wait_for_messages("wrong_partner")
    assert (await env.row())["due_at"] == due_at
    await env.skip_time(days=2)
    await env.wait_for_state("sent_to_partner", "partner_silent")
