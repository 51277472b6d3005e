"""Partners' outcomes over HTTP: stored, dispatched, with a result for each (R20, R21, R34)."""

import json

from tests.gateway.feed.outcomes.values import ACCEPTED
from tests.support.gateway.partner_client import (
    a_ticket,
    outcome,
    results,
    send_outcomes,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago


async def test_a_signed_outcome_is_stored_dispatched_and_answered(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    payload = outcome(gateway, number, activated_on=days_ago(90).isoformat())
    answer = await send_outcomes(gateway, payload)
    assert answer.status_code == 202, answer.text
    (result,) = answer.json()["results"]
    assert result == {
        "outcome_id": payload["outcome_id"],
        "number": number,
        "status": "accepted",
        "code": None,
        "errors": [],
        "unknown_fields": [],
    }
    assert (await gateway.env.wait_until_closed()).state == "resolved"
    (stored,) = await gateway.env.rows("partner_outcomes", "sequence")
    assert (stored["code"], stored["partner_id"]) == ("dispatched", "velotel")


async def test_a_message_in_the_formats_of_the_market_is_accepted(
    gateway: RunningGateway,
) -> None:
    """A byte order mark, a time without an offset, a currency in lower case, empty texts."""
    number = await a_ticket(gateway)
    reward = {"amount": 12.5, "currency": "pln"}
    payload = outcome(gateway, number, reward=reward, occurred_at="2026-01-09T10:00:00", note="")
    answer = await send_outcomes(gateway, b"\xef\xbb\xbf" + json.dumps(payload).encode())
    assert [one["status"] for one in answer.json()["results"]] == ["accepted"], answer.text
    (stored,) = await gateway.env.rows("partner_outcomes", "sequence")
    assert stored["outcome"]["reward"] == {"amount": "12.50", "currency": "PLN"}
    assert stored["outcome"]["occurred_at"] == "2026-01-09T09:00:00Z"
    assert stored["outcome"]["note"] is None


async def test_a_number_is_accepted_in_any_spelling(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    assert await results(gateway, outcome(gateway, number.lower().replace("-", " "))) == [ACCEPTED]


async def test_outcomes_for_one_ticket_keep_their_order(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    payload = [
        outcome(gateway, number, "information_requested", questions=["Jaka kwota?"]),
        outcome(gateway, number, cancellation_ends_on=days_ago(-30).isoformat()),
        outcome(gateway, number, "order_cancelled"),
    ]
    assert await results(gateway, payload) == [ACCEPTED] * 3
    assert (await gateway.env.wait_until_closed()).reason_code == "order_cancelled"
    logged = [(entry["message_id"], entry["code"]) for entry in await gateway.env.message_log()]
    assert logged == [(one["outcome_id"], "applied") for one in payload]


async def test_a_message_after_the_end_is_recorded_once_and_refused(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    assert await results(gateway, outcome(gateway, number, "rejected")) == [ACCEPTED]
    await gateway.env.wait_until_closed()
    late = outcome(gateway, number, note="Przepraszamy, jednak jest.")
    for _ in range(2):
        assert await results(gateway, late) == [("refused", "ticket_closed")]
    (stored,) = [
        entry for entry in await gateway.env.message_log() if entry["code"] == "ticket_closed"
    ]
    assert stored["message_id"] == late["outcome_id"]
    assert (stored["actor"], stored["body"]["note"]) == (
        "partner:velotel",
        late["note"],
    )


async def test_outcome_ids_need_to_be_unique_within_a_ticket_only(gateway: RunningGateway) -> None:
    """A partner may count its ids from one for every claim."""
    numbers = [await a_ticket(gateway), await a_ticket(gateway)]
    payload = [outcome(gateway, number, outcome_id="1") for number in numbers]
    assert await results(gateway, payload) == [ACCEPTED, ACCEPTED]
