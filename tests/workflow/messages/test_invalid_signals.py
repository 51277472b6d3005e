"""Signals that cannot be decoded, or that are for another ticket, are logged and change nothing."""

from typing import Final

from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.payloads import raw_payload
from tests.workflow.messages.message_checks import (
    OTHER_PARTNERS_OUTCOME,
    check_unchanged_and_closable,
)

INVALID_SIGNALS: Final[list[tuple[str, list[object]]]] = [
    ("partner_outcome", [raw_payload(b"{")]),
    ("partner_outcome", []),
    ("partner_outcome", [OTHER_PARTNERS_OUTCOME, OTHER_PARTNERS_OUTCOME]),
    ("partner_outcome", ["confirmed"]),
    ("partner_outcome", [None]),
    ("partner_outcome", [raw_payload(b"\x00\xff", b"binary/plain")]),
    ("partner_outcome", [raw_payload(b"", b"binary/null")]),
    ("partner_outcome", [OTHER_PARTNERS_OUTCOME | {"outcome": "perhaps"}]),
    ("partner_outcome", [OTHER_PARTNERS_OUTCOME | {"outcome_id": 7}]),
    (
        "partner_outcome",
        [OTHER_PARTNERS_OUTCOME | {"reward": {"amount": "NaN", "currency": "PLN"}}],
    ),
    ("partner_outcome", [raw_payload(rb'{"outcome_id": "evt-x", "note": "\ud800"}')]),
    ("partner_outcome", [OTHER_PARTNERS_OUTCOME | {"note": "x" * 300_000}]),
    ("partner_outcome", [raw_payload(b"[" * 100_000)]),
    ("reward_registered", [{"reward_id": ""}]),
    ("no_such_signal", [{}]),
]


async def test_signals_that_cannot_be_decoded_are_logged_and_change_nothing(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    for name, arguments in INVALID_SIGNALS:
        await env.signal(name, *arguments)
    entries = await env.wait_for_messages(*["malformed"] * len(INVALID_SIGNALS))
    assert [entry["message"] for entry in entries] == [name for name, _ in INVALID_SIGNALS]
    await check_unchanged_and_closable(env)


async def test_a_signal_with_a_lone_surrogate_in_a_key_is_logged(env: TicketEnvironment) -> None:
    await env.file_and_send()
    await env.signal("partner_outcome", raw_payload(rb'{"\ud800": 1}'))
    await env.wait_for_messages("malformed")
    await check_unchanged_and_closable(env)


async def test_an_outcome_for_another_ticket_changes_nothing(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    await env.signal("partner_outcome", OTHER_PARTNERS_OUTCOME)
    await env.send_outcome("confirmed", number="ZW-4KQ7-P9XT-M2AB-Z")
    await env.send_outcome("confirmed", number="not a number")
    entries = await env.wait_for_messages("wrong_partner", "wrong_ticket", "wrong_ticket")
    assert entries[0]["actor"] == "partner:buchkiste"
    assert entries[0]["seq"] is None
    await check_unchanged_and_closable(env)


async def test_unknown_fields_are_ignored_and_logged(env: TicketEnvironment) -> None:
    await env.file(loyalty_points=12)
    await env.wait_for_state("sent_to_partner")
    await env.send_outcome("rejected", reason_code="other", weather="rain")
    await env.wait_until_closed()
    claim, outcome = await env.wait_for_messages("unknown_fields", "applied")
    assert "loyalty_points" in str(claim["body"])
    assert "weather" in str(outcome["body"])
    assert outcome["seq"] == 3


async def test_a_message_of_another_partner_does_not_change_the_response_deadline(
    env: TicketEnvironment,
) -> None:
    await env.file_and_send()
    due_at = (await env.row())["due_at"]
    await env.skip_time(days=13)
    await env.signal("partner_outcome", OTHER_PARTNERS_OUTCOME)
    await env.wait_for_messages("wrong_partner")
    assert (await env.row())["due_at"] == due_at
    await env.skip_time(days=2)
    await env.wait_for_state("sent_to_partner", "partner_silent")
