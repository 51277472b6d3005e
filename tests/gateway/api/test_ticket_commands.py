"""What agents and members tell a ticket over HTTP, and what they are refused."""

import asyncio
import json
from typing import Any

import pytest

from adapters.postgres.database import QUERIES
from tests.support.gateway import RunningGateway
from tests.support.polling import wait_until
from tests.support.tickets import (
    a_sent_ticket,
    an_ended_ticket,
    get_ticket,
    problem_of,
    wrong_fields_of,
)

UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"
CONFIRMED = {"outcome": "confirmed", "note": "contract seen"}


async def test_an_agent_confirms_with_an_amount(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    body = CONFIRMED | {"reward": {"amount": "55.00", "currency": "pln"}, "request_id": "d-1"}
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=gateway.as_agent("anna")
    )
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "request_id": "d-1", "number": number, "state": "awaiting_cancellation_period",
        "state_changed": True, "code": None, "problems": {}, "awaits_approval": False,
    }  # fmt: skip
    seen = await get_ticket(gateway, number)
    assert seen["confirmed"] == {"amount": "55.00", "currency": "PLN"}
    assert seen["history"][-1]["actor"] == "agent:anna"


async def test_an_agent_rejects_with_a_reason(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    body = {"outcome": "rejected", "reason_code": "terms_not_met"}
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=gateway.as_agent()
    )
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")


async def test_an_actor_in_the_body_is_not_listened_to(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    body = CONFIRMED | {"actor": "agent:somebody-else"}
    await gateway.http.post(
        f"/v1/tickets/{number}/decision", json=body, headers=gateway.as_agent("anna")
    )
    assert (await get_ticket(gateway, number))["history"][-1]["actor"] == "agent:anna"


@pytest.mark.parametrize("named", ["header", "body"])
async def test_a_repeated_request_gets_its_first_answer_and_does_nothing_more(
    gateway: RunningGateway, named: str
) -> None:
    number = await a_sent_ticket(gateway)
    headers = gateway.as_agent() | ({"idempotency-key": "once"} if named == "header" else {})
    body = {"questions": ["order_number"]} | ({"request_id": "once"} if named == "body" else {})
    answers = await asyncio.gather(
        *(
            gateway.http.post(f"/v1/tickets/{number}/information", json=body, headers=headers)
            for _ in range(10)
        )
    )
    assert {(one.status_code, one.text) for one in answers} == {(200, answers[0].text)}
    seen = await get_ticket(gateway, number)
    assert [move["event"] for move in seen["history"]].count("information_requested") == 1
    await gateway.env.send_update("withdraw")
    await gateway.env.wait_until_closed()
    again = await gateway.http.post(f"/v1/tickets/{number}/information", json=body, headers=headers)
    assert (again.status_code, again.text) == (200, answers[0].text)


async def test_an_agent_asks_and_the_platform_answers_for_its_member(
    gateway: RunningGateway,
) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    asked = await gateway.http.post(
        f"/v1/tickets/{number}/information",
        json={"questions": ["order_number", "When did you sign?"]},
        headers=gateway.as_agent(),
    )
    assert asked.json()["state"] == "information_requested"
    answered = await gateway.http.post(
        f"/v1/tickets/{number}/information",
        json={"answers": {"order_number": "VT-7777-7"}, "note": "on the first of the month"},
        headers=gateway.as_platform(account),
    )
    assert answered.json()["state"] == "sent_to_partner"
    seen = await get_ticket(gateway, number)
    assert seen["history"][-1]["actor"] == "member"
    assert seen["answers"][0]["value"] == "VT-7777-7"


async def test_a_members_wrong_answer_is_told_at_its_field(gateway: RunningGateway) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    address, headers = f"/v1/tickets/{number}/information", gateway.as_platform(account)
    await gateway.http.post(
        address, json={"questions": ["order_number"]}, headers=gateway.as_agent()
    )
    for body, field in (
        ({"answers": {"order_number": "nonsense"}}, "answers.order_number"),
        ({"answers": {}}, "note"),
    ):
        answer = await gateway.http.post(address, json=body, headers=headers)
        assert problem_of(answer) == (422, "incomplete")
        assert list(wrong_fields_of(answer)) == [field]


async def test_the_platform_withdraws_for_its_member_only_its_own_tickets(
    gateway: RunningGateway,
) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    address = f"/v1/tickets/{number}/withdrawal"
    other = await gateway.http.post(address, json={}, headers=gateway.as_platform("acc-other"))
    nobodys = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/withdrawal", json={}, headers=gateway.as_platform("acc-other")
    )
    alike = [one.json() | {"request_id": ""} for one in (other, nobodys)]
    assert problem_of(other) == (404, "unknown_ticket")
    assert alike[0] == alike[1]
    own = await gateway.http.post(
        address, json={"reason": "found it"}, headers=gateway.as_platform(account)
    )
    assert (own.status_code, own.json()["state"]) == (200, "withdrawn")
    assert (await get_ticket(gateway, number))["history"][-1]["actor"] == "member"


async def test_somebody_elses_ticket_and_an_unknown_one_cost_the_same_look(
    gateway: RunningGateway,
) -> None:
    """What the look-up reads does not depend on the number that was asked for."""
    number = await a_sent_ticket(gateway)
    plans = []
    options = "analyze, costs off, buffers off, timing off, summary off"
    sql = f"explain ({options}) {QUERIES.is_ticket_of.sql}"
    for asked in (number, UNKNOWN):
        async with gateway.env.postgres.transaction() as connection:
            rows = await connection.fetch(sql, ["acc-other"], asked)
        plans.append([row[0].replace(asked, "asked") for row in rows])
    assert plans[0] == plans[1]
    assert any("tickets" in step for step in plans[0])


async def test_a_platform_does_not_decide_ask_or_send_again(gateway: RunningGateway) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    headers = gateway.as_platform(account)
    calls = {"decision": CONFIRMED, "resend": {}, "information": {"questions": ["Really?"]}}
    for call, body in calls.items():
        for one in (number, UNKNOWN):
            answer = await gateway.http.post(
                f"/v1/tickets/{one}/{call}", json=body, headers=headers
            )
            assert problem_of(answer) == (403, "forbidden")


async def test_an_agent_has_the_claim_sent_again(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    answer = await gateway.http.post(
        f"/v1/tickets/{number}/resend", json={"reason": "they lost it"}, headers=gateway.as_agent()
    )
    assert (answer.status_code, answer.json()["state_changed"]) == (200, False)

    async def calls() -> list[str]:
        return [call.key for call in gateway.env.partner.calls if call.claim["number"] == number]

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
    gateway: RunningGateway, call: str, body: dict[str, Any], fields: dict[str, str]
) -> None:
    headers = gateway.as_agent() | {"content-type": "application/json"}
    answer = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/{call}", content=json.dumps(body), headers=headers
    )
    assert problem_of(answer) == (422, "malformed")
    assert wrong_fields_of(answer) == fields


@pytest.mark.parametrize("answer", ["[" * 400 + "]" * 400, "NaN", "-Infinity"])
async def test_what_no_ticket_could_read_never_comes_to_one(
    gateway: RunningGateway, answer: str
) -> None:
    """Nested too deeply, or with numbers that JSON does not have."""
    body = f'{{"answers": {{"order_number": {answer}}}}}'
    headers = gateway.as_agent() | {"content-type": "application/json"}
    refused = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/information", content=body, headers=headers
    )
    assert (problem_of(refused), wrong_fields_of(refused)) == ((422, "malformed"), {"body": "json"})


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
    assert (problem_of(answer), wrong_fields_of(answer)) == ((422, code), fields)


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
    gateway: RunningGateway, call: str, body: dict[str, Any]
) -> None:
    number = await an_ended_ticket(gateway)
    late = body | {"request_id": "late"}
    for _ in range(2):
        answer = await gateway.http.post(
            f"/v1/tickets/{number}/{call}", json=late, headers=gateway.as_agent()
        )
        assert problem_of(answer) == (409, "action_not_allowed")
    notes = [one for one in await gateway.env.message_log() if one["message_id"] == "late"]
    assert [(one["code"], one["actor"]) for one in notes] == [
        ("action_not_allowed", "agent:dorota")
    ]


async def test_a_number_that_nobody_knows_is_unknown_to_every_call(gateway: RunningGateway) -> None:
    calls = {
        "decision": CONFIRMED,
        "withdrawal": {},
        "information": {"note": "x"},
        "resend": {},
    }
    for call, body in calls.items():
        address = f"/v1/tickets/{UNKNOWN}/{call}"
        answer = await gateway.http.post(address, json=body, headers=gateway.as_agent())
        assert problem_of(answer) == (404, "unknown_ticket")
        assert problem_of(await gateway.http.post(address, json=body)) == (401, "unauthorised")


async def test_a_body_larger_than_a_ticket_takes_is_refused(gateway: RunningGateway) -> None:
    body = {"answers": {"order_number": "x" * 300_000}}
    answer = await gateway.http.post(
        f"/v1/tickets/{UNKNOWN}/information", json=body, headers=gateway.as_agent()
    )
    assert problem_of(answer) == (413, "payload_too_large")
