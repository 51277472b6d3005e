"""Partners' outcomes over HTTP: signed, kept, told, and answered item by item (R20, R21, R34)."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.claims import days_ago
from tests.support.gateway import RunningGateway
from tests.support.partner_client import (
    a_ticket,
    ago,
    outcome,
    results,
    send_outcomes,
    signed_headers,
)
from tests.support.workflow.partner_server import SECRET

ADDRESS = "/v1/partners/velotel/outcomes"
OTHER_SECRET = "whsec_" + "A" * 43 + "="
NOBODY = "ZW-4KQ7-P9XT-M2AB-C"
ACCEPTED, KNOWN = ("accepted", None), ("duplicate", None)


async def test_a_signed_outcome_is_kept_told_and_answered(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    told = outcome(gateway, number, activated_on=days_ago(90).isoformat())
    answer = await send_outcomes(gateway, told)
    assert answer.status_code == 202, answer.text
    (result,) = answer.json()["results"]
    assert result == {
        "outcome_id": told["outcome_id"],
        "number": number,
        "status": "accepted",
        "code": None,
        "errors": [],
        "unknown_fields": [],
    }
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    (kept,) = await gateway.env.rows("partner_outcomes", "sequence")
    assert (kept["code"], kept["partner_id"]) == ("dispatched", "velotel")


async def test_a_message_is_read_as_machines_of_the_market_write_it(
    gateway: RunningGateway,
) -> None:
    """A byte order mark, a moment without an offset, a currency in small letters, empty texts."""
    number = await a_ticket(gateway)
    reward = {"amount": 12.5, "currency": "pln"}
    told = outcome(gateway, number, reward=reward, occurred_at="2026-01-09T10:00:00", note="")
    answer = await send_outcomes(gateway, b"\xef\xbb\xbf" + json.dumps(told).encode())
    assert [one["status"] for one in answer.json()["results"]] == ["accepted"], answer.text
    (kept,) = await gateway.env.rows("partner_outcomes", "sequence")
    assert kept["outcome"]["reward"] == {"amount": "12.50", "currency": "PLN"}
    assert kept["outcome"]["occurred_at"] == "2026-01-09T09:00:00Z"
    assert kept["outcome"]["note"] is None


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
async def test_a_clock_may_be_five_minutes_off_either_way(
    gateway: RunningGateway, minutes: float
) -> None:
    told = outcome(gateway, NOBODY)
    assert (await send_outcomes(gateway, told, at=ago(minutes=minutes))).status_code == 202


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "another"},
        {"webhook-id": ""},
        {"webhook-id": "ü"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "nan"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-signature": "v1"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,AAAA no-comma"},
        {"webhook-signature": "v1,é"},
        {"webhook-signature": "v2," + "A" * 43 + "="},
        {"webhook-signature": ","},
    ],
)
async def test_headers_that_are_missing_altered_or_malformed_are_refused(
    gateway: RunningGateway, change: dict[str, str]
) -> None:
    body = json.dumps(outcome(gateway, NOBODY)).encode()
    headers = {**signed_headers(body, gateway.new_id("msg")), **change}
    sent = [(name.encode(), value.encode()) for name, value in headers.items() if value]
    answer = await gateway.http.post(ADDRESS, content=body, headers=sent)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Standard-Webhooks"


@pytest.mark.parametrize("minutes", [-5.5, 5.5, 600])
async def test_a_message_of_another_time_is_refused(
    gateway: RunningGateway, minutes: float
) -> None:
    answer = await send_outcomes(gateway, outcome(gateway, NOBODY), at=ago(minutes=minutes))
    assert answer.status_code == 401


async def test_an_altered_body_and_a_wrong_secret_are_refused(gateway: RunningGateway) -> None:
    body = json.dumps(outcome(gateway, NOBODY)).encode()
    for content, secret in ((body + b" ", SECRET), (body, OTHER_SECRET), (b"\xff", SECRET)):
        headers = signed_headers(body, gateway.new_id("msg"), secret)
        assert (
            await gateway.http.post(ADDRESS, content=content, headers=headers)
        ).status_code == 401


async def test_whoever_has_no_secret_here_is_answered_like_a_wrong_signature(
    gateway: RunningGateway,
) -> None:
    """An unknown partner, and one who is served by files."""
    body = json.dumps(outcome(gateway, NOBODY)).encode()
    headers = signed_headers(body, "m-1", OTHER_SECRET)
    answers = [
        await gateway.http.post(f"/v1/partners/{who}/outcomes", content=body, headers=headers)
        for who in ("velotel", "nobody", "moebelhof", "%00")
    ]
    said = [(one.status_code, one.json() | {"request_id": None}) for one in answers]
    assert said == [said[0]] * 4
    assert said[0][0] == 401
    context = gateway.app.state.context
    counts = {len(context.partner_secrets(who)) for who in ("velotel", "nobody", "moebelhof")}
    assert counts == {1}  # so many signatures are worked out, whoever it is


async def test_the_same_message_again_is_a_replay_and_changes_nothing(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    told, message_id, at = outcome(gateway, number), gateway.new_id("msg"), ago(seconds=30)
    assert (await send_outcomes(gateway, told, message_id=message_id, at=at)).status_code == 202
    for moment in (at, ago(seconds=90)):
        again = await send_outcomes(gateway, told, message_id=message_id, at=moment)
        assert (again.status_code, again.json()["code"]) == (409, "replayed_message")
    fraction = json.dumps(told).encode()
    headers = signed_headers(fraction, message_id, at=at)
    headers["webhook-timestamp"] += ".5"  # the package would take it for a later moment
    assert (await gateway.http.post(ADDRESS, content=fraction, headers=headers)).status_code == 401
    assert len(await gateway.env.rows("partner_outcomes", "sequence")) == 1


async def test_the_partners_own_retry_gets_the_same_results(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    same = outcome(gateway, number)
    told, message_id = [same, same, outcome(gateway, NOBODY)], gateway.new_id("msg")
    first = await send_outcomes(gateway, told, message_id=message_id, at=ago(seconds=60))
    again = await send_outcomes(gateway, told, message_id=message_id, at=ago(seconds=30))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    statuses = [one["status"] for one in first.json()["results"]]
    assert statuses == ["accepted", "duplicate", "refused"]
    assert await results(gateway, same) == [KNOWN]
    await gateway.env.wait_for_state("awaiting_cancellation_period")
    assert [note["code"] for note in await gateway.env.message_log()] == ["applied"]


async def test_of_many_equal_messages_at_once_one_is_taken(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    told, message_id, at = outcome(gateway, number), gateway.new_id("msg"), ago()
    sent = [send_outcomes(gateway, told, message_id=message_id, at=at) for _ in range(20)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*sent))
    assert codes == [202] + [409] * 19


MALFORMED: dict[str, tuple[Any, list[str]]] = {
    "no object": (7, ["outcome"]),
    "nothing said": ({}, ["number", "outcome_id", "outcome"]),
    "an outcome that is none": ({"outcome": "perhaps"}, ["outcome"]),
    "another partner": ({"partner_id": "buchkiste"}, ["partner_id"]),
    "a reason that is none": ({"outcome": "rejected", "reason_code": "because"}, ["reason_code"]),
    "no number": ({"number": None}, ["number"]),
    "money without currency": ({"reward": {"amount": "1"}}, ["reward.currency"]),
    "a date that is none": ({"activated_on": "2026-02-30"}, ["activated_on"]),
    "half a surrogate pair": ({"note": "\ud800"}, ["outcome"]),
    "a question without words": ({"outcome": "information_requested"}, ["questions"]),
    "a blank question": (
        {"outcome": "information_requested", "questions": [" "], "note": "x"}, ["questions"],
    ),
}  # fmt: skip


async def test_a_bad_item_is_named_by_field_and_spoils_no_other(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    sound = outcome(gateway, number)
    bad = [
        item if item == {} or not isinstance(item, dict) else outcome(gateway, number) | item
        for item, _ in MALFORMED.values()
    ]
    answer = await send_outcomes(gateway, [*bad, sound])
    *refused, taken = answer.json()["results"]
    found = [sorted(error["field"] for error in one["errors"]) for one in refused]
    assert found == [sorted(fields) for _, fields in MALFORMED.values()]
    assert {one["code"] for one in refused} == {"malformed"}
    assert taken["status"] == "accepted"
    await gateway.env.wait_for_state("awaiting_cancellation_period")


async def test_another_partners_ticket_and_an_unknown_number_look_the_same(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    numbers = (number, NOBODY, "ZW-4KQ7-P9XT-M2AB-D", "no number", "\x00", "x" * 64)
    told = [outcome(gateway, one, "rejected") for one in numbers]
    answer = await send_outcomes(gateway, told, "buchkiste")
    found = answer.json()["results"]
    assert {(one["status"], one["code"]) for one in found} == {("refused", "unknown_number")}
    assert await gateway.env.rows("partner_outcomes", "sequence") == []
    assert (await gateway.env.row())["state"] == "sent_to_partner"


async def test_a_number_is_read_as_forgivingly_as_people_write(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    assert await results(gateway, outcome(gateway, number.lower().replace("-", " "))) == [ACCEPTED]


async def test_outcomes_for_one_ticket_keep_their_order(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    told = [
        outcome(gateway, number, "information_requested", questions=["Jaka kwota?"]),
        outcome(gateway, number, cancellation_ends_on=days_ago(-30).isoformat()),
        outcome(gateway, number, "order_cancelled"),
    ]
    assert await results(gateway, told) == [ACCEPTED] * 3
    assert (await gateway.env.wait_until_closed()).reason_code == "order_cancelled"
    noted = [(note["message_id"], note["code"]) for note in await gateway.env.message_log()]
    assert noted == [(one["outcome_id"], "applied") for one in told]


async def test_a_message_after_the_end_is_recorded_once_and_refused(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    assert await results(gateway, outcome(gateway, number, "rejected")) == [ACCEPTED]
    await gateway.env.wait_until_closed()
    late = outcome(gateway, number, note="Przepraszamy, jednak jest.")
    for _ in range(2):
        assert await results(gateway, late) == [("refused", "ticket_closed")]
    (kept,) = [note for note in await gateway.env.message_log() if note["code"] == "ticket_closed"]
    assert kept["message_id"] == late["outcome_id"]
    assert (kept["actor"], kept["body"]["note"]) == ("partner:velotel", late["note"])


async def test_ids_of_outcomes_are_each_tickets_own(gateway: RunningGateway) -> None:
    """A partner that counts from one for every claim is heard about each."""
    numbers = [await a_ticket(gateway), await a_ticket(gateway)]
    told = [outcome(gateway, number, outcome_id="1") for number in numbers]
    assert await results(gateway, told) == [ACCEPTED, ACCEPTED]


async def test_fields_that_nobody_knows_are_named_and_change_nothing(
    gateway: RunningGateway,
) -> None:
    answer = await send_outcomes(gateway, outcome(gateway, NOBODY, colour="red"))
    assert answer.json()["results"][0]["unknown_fields"] == ["colour"]


@pytest.mark.parametrize("body", [b"", b"{", b"7", b'"x"', b"null", b'{"a": NaN}', b"[" * 500])
async def test_what_is_no_message_is_refused_as_a_whole(
    gateway: RunningGateway, body: bytes
) -> None:
    answer = await send_outcomes(gateway, body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


async def test_a_list_is_bounded(gateway: RunningGateway) -> None:
    assert len(await results(gateway, [7] * 1000)) == 1000
    assert await results(gateway, []) == []
    answer = await send_outcomes(gateway, [7] * 1001)
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")
    answer = await send_outcomes(gateway, b" " * (1024 * 1024) + b"[]")
    assert answer.status_code == 413


async def test_an_outcome_of_a_thousand_is_answered_in_its_place(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    told = [outcome(gateway, NOBODY) for _ in range(999)]
    told.insert(500, outcome(gateway, number, "rejected"))
    found = await asyncio.wait_for(results(gateway, told), 30)
    assert found[500] == ACCEPTED
    assert set(found[:500] + found[501:]) == {("refused", "unknown_number")}
