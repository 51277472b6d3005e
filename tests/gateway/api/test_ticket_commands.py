"""What agents and members tell a ticket over HTTP, and what they are refused."""

import asyncio
import json
from typing import Any

import pytest

from adapters.postgres.database import QUERIES
from tests.support.environment import wait_until
from tests.support.gateway import Front
from tests.support.tickets import a_sent_ticket, an_ended_ticket, looked_up, told, wrong

UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"
CONFIRMED = {"outcome": "confirmed", "note": "contract seen"}


async def test_an_agent_confirms_with_an_amount(front: Front) -> None:
    number = await a_sent_ticket(front)
    body = CONFIRMED | {"reward": {"amount": "55.00", "currency": "pln"}, "request_id": "d-1"}
    answer = await front.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=front.as_agent("anna")
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "request_id": "d-1", "number": number, "state": "awaiting_cancellation_period",
        "state_changed": True, "code": None, "problems": {}, "awaits_approval": False,
    }  # fmt: skip
    seen = await looked_up(front, number)
    assert seen["confirmed"] == {"amount": "55.00", "currency": "PLN"}
    assert seen["history"][-1]["actor"] == "agent:anna"


async def test_an_agent_rejects_with_a_reason(front: Front) -> None:
    number = await a_sent_ticket(front)
    body = {"outcome": "rejected", "reason_code": "terms_not_met"}
    answer = await front.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=front.as_agent()
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")


async def test_an_actor_in_the_body_is_not_listened_to(front: Front) -> None:
    number = await a_sent_ticket(front)
    body = CONFIRMED | {"actor": "agent:somebody-else"}
    await front.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=front.as_agent("anna")
    )
    assert (await looked_up(front, number))["history"][-1]["actor"] == "agent:anna"


@pytest.mark.parametrize("named", ["header", "body"])
async def test_a_repeated_request_gets_its_first_answer_and_does_nothing_more(
    front: Front, named: str
) -> None:
    number = await a_sent_ticket(front)
    headers = front.as_agent() | ({"idempotency-key": "once"} if named == "header" else {})
    body = {"questions": ["order_number"]} | ({"request_id": "once"} if named == "body" else {})
    answers = await asyncio.gather(
        *(
            front.http.post(f"/v1/tickets/{number}/information", json=body, headers=headers)
            for _ in range(10)
        )
    )
    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    seen = await looked_up(front, number)
    assert [move["event"] for move in seen["history"]].count("information_requested") == 1
    await front.env.send_update("withdraw")
    await front.env.wait_until_closed()
    again = await front.http.post(f"/v1/tickets/{number}/information", json=body, headers=headers)
    assert (again.status_code, again.text) == (200, answers[0].text)


async def test_an_agent_asks_and_the_platform_answers_for_its_member(front: Front) -> None:
    account = front.new_id("acc")
    number = await a_sent_ticket(front, account)
    asked = await front.http.post(
        f"/v1/tickets/{number}/information",
        json={"questions": ["order_number", "When did you sign?"]},
        headers=front.as_agent(),
    )
    assert asked.json()["state"] == "information_requested"
    answered = await front.http.post(
        f"/v1/tickets/{number}/information",
        json={"answers": {"order_number": "VT-7777-7"}, "note": "on the first of the month"},
        headers=front.as_platform(account),
    )
    assert answered.json()["state"] == "sent_to_partner"
    seen = await looked_up(front, number)
    assert seen["history"][-1]["actor"] == "member"
    assert seen["answers"][0]["value"] == "VT-7777-7"


async def test_a_members_wrong_answer_is_told_at_its_field(front: Front) -> None:
    account = front.new_id("acc")
    number = await a_sent_ticket(front, account)
    address, headers = f"/v1/tickets/{number}/information", front.as_platform(account)
    await front.http.post(address, json={"questions": ["order_number"]}, headers=front.as_agent())
    for body, field in (
        ({"answers": {"order_number": "nonsense"}}, "answers.order_number"),
        ({"answers": {}}, "note"),
    ):
        answer = await front.http.post(address, json=body, headers=headers)
        assert told(answer) == (422, "incomplete")
        assert list(wrong(answer)) == [field]


async def test_the_platform_withdraws_for_its_member_only_its_own_tickets(front: Front) -> None:
    account = front.new_id("acc")
    number = await a_sent_ticket(front, account)
    address = f"/v1/tickets/{number}/withdrawal"
    other = await front.http.post(address, json={}, headers=front.as_platform("acc-other"))
    nobodys = await front.http.post(
        f"/v1/tickets/{UNKNOWN}/withdrawal", json={}, headers=front.as_platform("acc-other")
    )
    alike = [one.json() | {"request_id": ""} for one in (other, nobodys)]
    assert told(other) == (404, "unknown_ticket")
    assert alike[0] == alike[1]
    own = await front.http.post(
        address, json={"reason": "found it"}, headers=front.as_platform(account)
    )
    assert (own.status_code, own.json()["state"]) == (200, "withdrawn")
    assert (await looked_up(front, number))["history"][-1]["actor"] == "member"


async def test_somebody_elses_ticket_and_an_unknown_one_cost_the_same_look(front: Front) -> None:
    """What the look-up reads does not depend on the number that was asked for."""
    number = await a_sent_ticket(front)
    plans = []
    options = "analyze, costs off, buffers off, timing off, summary off"
    sql = f"explain ({options}) {QUERIES.is_ticket_of.sql}"
    for asked in (number, UNKNOWN):
        async with front.env.postgres.transaction() as connection:
            rows = await connection.fetch(sql, ["acc-other"], asked)
        plans.append([row[0].replace(asked, "asked") for row in rows])
    assert plans[0] == plans[1]
    assert any("tickets" in step for step in plans[0])


async def test_a_platform_does_not_decide_ask_or_send_again(front: Front) -> None:
    account = front.new_id("acc")
    number = await a_sent_ticket(front, account)
    headers = front.as_platform(account)
    calls = {"decision": CONFIRMED, "resend": {}, "information": {"questions": ["Really?"]}}
    for call, body in calls.items():
        for one in (number, UNKNOWN):
            answer = await front.http.post(f"/v1/tickets/{one}/{call}", json=body, headers=headers)
            assert told(answer) == (403, "forbidden")


async def test_an_agent_has_the_claim_sent_again(front: Front) -> None:
    number = await a_sent_ticket(front)
    answer = await front.http.post(
        f"/v1/tickets/{number}/resend", json={"reason": "they lost it"}, headers=front.as_agent()
    )
    assert (answer.status_code, answer.json()["state_changed"]) == (200, False)

    async def calls() -> list[str]:
        return [call.key for call in front.env.partner.calls if call.claim["number"] == number]

    first, again = await wait_until(calls, lambda keys: len(keys) == 2)
    assert first != again


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
        ("information", {"questions": [], "note": "x"}, {"questions": "too_short"}),
        ("information", {"questions": ["a"], "note": "x"}, {"questions": "either_or"}),
        ("information", {"answers": {"order_number": "\ud800"}}, {"answers": "not_text"}),
    ],
)  # fmt: skip
async def test_a_malformed_request_is_told_field_by_field(
    front: Front, call: str, body: dict[str, Any], fields: dict[str, str]
) -> None:
    headers = front.as_agent() | {"content-type": "application/json"}
    answer = await front.http.post(
        f"/v1/tickets/{UNKNOWN}/{call}", content=json.dumps(body), headers=headers
    )
    assert told(answer) == (422, "malformed")
    assert wrong(answer) == fields


@pytest.mark.parametrize("answer", ["[" * 400 + "]" * 400, "NaN", "-Infinity"])
async def test_what_no_ticket_could_read_never_comes_to_one(front: Front, answer: str) -> None:
    """Nested too deeply, or with numbers that JSON does not have."""
    body = f'{{"answers": {{"order_number": {answer}}}}}'
    headers = front.as_agent() | {"content-type": "application/json"}
    refused = await front.http.post(
        f"/v1/tickets/{UNKNOWN}/information", content=body, headers=headers
    )
    assert (told(refused), wrong(refused)) == ((422, "malformed"), {"body": "json"})


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
    front: Front, reward: dict[str, str], code: str, fields: dict[str, str]
) -> None:
    number = await a_sent_ticket(front)
    answer = await front.http.post(
        f"/v1/tickets/{number}/decision",
        json=CONFIRMED | {"reward": reward},
        headers=front.as_agent(),
    )
    assert (told(answer), wrong(answer)) == ((422, code), fields)


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
async def test_after_the_end_a_request_is_refused_and_kept_once(
    front: Front, call: str, body: dict[str, Any]
) -> None:
    number = await an_ended_ticket(front)
    late = body | {"request_id": "late"}
    for _ in range(2):
        answer = await front.http.post(
            f"/v1/tickets/{number}/{call}", json=late, headers=front.as_agent()
        )
        assert told(answer) == (409, "action_not_allowed")
    notes = [one for one in await front.env.message_log() if one["message_id"] == "late"]
    assert [(one["code"], one["actor"]) for one in notes] == [
        ("action_not_allowed", "agent:dorota")
    ]


async def test_a_number_that_nobody_knows_is_unknown_to_every_call(front: Front) -> None:
    calls = {
        "decision": CONFIRMED,
        "withdrawal": {},
        "information": {"note": "x"},
        "resend": {},
    }
    for call, body in calls.items():
        address = f"/v1/tickets/{UNKNOWN}/{call}"
        answer = await front.http.post(address, json=body, headers=front.as_agent())
        assert told(answer) == (404, "unknown_ticket")
        assert told(await front.http.post(address, json=body)) == (401, "unauthorised")


async def test_a_body_larger_than_a_ticket_takes_is_refused(front: Front) -> None:
    body = {"answers": {"order_number": "x" * 300_000}}
    answer = await front.http.post(
        f"/v1/tickets/{UNKNOWN}/information", json=body, headers=front.as_agent()
    )
    assert told(answer) == (413, "payload_too_large")
