"""Items and messages that are malformed."""

import asyncio
from typing import Any

import pytest

from tests.gateway.feed.outcomes.values import ACCEPTED, UNKNOWN
from tests.support.gateway.partner_client import (
    a_ticket,
    outcome,
    results,
    send_outcomes,
)
from tests.support.gateway.running_gateway import RunningGateway

MALFORMED: dict[str, tuple[Any, list[str]]] = {
    "no object": (7, ["outcome"]),
    "nothing": ({}, ["number", "outcome_id", "outcome"]),
    "an unknown outcome": ({"outcome": "perhaps"}, ["outcome"]),
    "another partner": ({"partner_id": "buchkiste"}, ["partner_id"]),
    "an unknown reason": ({"outcome": "rejected", "reason_code": "because"}, ["reason_code"]),
    "no number": ({"number": None}, ["number"]),
    "money without currency": ({"reward": {"amount": "1"}}, ["reward.currency"]),
    "an invalid date": ({"activated_on": "2026-02-30"}, ["activated_on"]),
    "half a surrogate pair": ({"note": "\ud800"}, ["outcome"]),
    "a question without text": ({"outcome": "information_requested"}, ["questions"]),
    "a blank question": (
        {"outcome": "information_requested", "questions": [" "], "note": "x"}, ["questions"],
    ),
}  # fmt: skip


async def test_a_malformed_item_names_its_fields_and_does_not_affect_others(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    valid = outcome(gateway, number)
    malformed = [
        item if item == {} or not isinstance(item, dict) else outcome(gateway, number) | item
        for item, _ in MALFORMED.values()
    ]
    answer = await send_outcomes(gateway, [*malformed, valid])
    *refused, accepted = answer.json()["results"]
    found = [sorted(error["field"] for error in one["errors"]) for one in refused]
    assert found == [sorted(fields) for _, fields in MALFORMED.values()]
    assert {one["code"] for one in refused} == {"malformed"}
    assert accepted["status"] == "accepted"
    await gateway.env.wait_for_state("awaiting_cancellation_period")


async def test_another_partners_ticket_and_an_unknown_number_look_the_same(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    numbers = (number, UNKNOWN, "ZW-4KQ7-P9XT-M2AB-D", "no number", "\x00", "x" * 64)
    payload = [outcome(gateway, one, "rejected") for one in numbers]
    answer = await send_outcomes(gateway, payload, "buchkiste")
    found = answer.json()["results"]
    assert {(one["status"], one["code"]) for one in found} == {("refused", "unknown_number")}
    assert await gateway.env.rows("partner_outcomes", "sequence") == []
    assert (await gateway.env.row())["state"] == "sent_to_partner"


async def test_unknown_fields_are_named_and_change_nothing(
    gateway: RunningGateway,
) -> None:
    answer = await send_outcomes(gateway, outcome(gateway, UNKNOWN, colour="red"))
    assert answer.json()["results"][0]["unknown_fields"] == ["colour"]


@pytest.mark.parametrize("body", [b"", b"{", b"7", b'"x"', b"null", b'{"a": NaN}', b"[" * 500])
async def test_a_malformed_message_is_refused_as_a_whole(
    gateway: RunningGateway, body: bytes
) -> None:
    answer = await send_outcomes(gateway, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_a_list_has_at_most_a_thousand_items(gateway: RunningGateway) -> None:
    assert len(await results(gateway, [7] * 1000)) == 1000
    assert await results(gateway, []) == []
    answer = await send_outcomes(gateway, [7] * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    answer = await send_outcomes(gateway, b" " * (1024 * 1024) + b"[]")
    assert answer.status_code == 413


async def test_each_of_a_thousand_outcomes_has_its_result_at_its_position(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    payload = [outcome(gateway, UNKNOWN) for _ in range(999)]
    payload.insert(500, outcome(gateway, number, "rejected"))
    found = await asyncio.wait_for(results(gateway, payload), 30)
    assert found[500] == ACCEPTED
    assert set(found[:500] + found[501:]) == {("refused", "unknown_number")}
