"""Admission as one transaction: the first claim counts (R25), and a refused one leaves no personal
data (R23, R24).
"""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.postgres.database import QUERIES, Database
from domain.admission.admission import Admission
from domain.values.text_cleaning import clean_text
from tests.support.builders import ORDER_FIELD, a_field, a_withdrawal, an_outcome
from tests.support.stored_rows import open_rows
from tests.support.ticket_store import SERVICE, TicketStore, a_request

PRIVATE = {
    "email": "very.private@example.org",
    "name": "Zofia Geheimnis",
    "order_number": "PRIVATE-778",
    "objection": "confidential words",
}
CONTACT = {"email": PRIVATE["email"], "name": PRIVATE["name"], "language": "de"}
ANSWERS = {name: PRIVATE[name] for name in ("order_number", "objection")}
FORM = {"fields": [ORDER_FIELD, a_field("objection", required=False)]}


@pytest.fixture
async def store(database: Database) -> TicketStore:
    store = TicketStore(database, **FORM)
    await store.register_link()
    return store


def codes(admission: Admission) -> list[str]:
    return [reason.code for reason in admission.result.reasons]


async def test_a_repeated_admission_returns_its_stored_answer(
    store: TicketStore, database_url: str
) -> None:
    request = a_request()
    first = await store.persistence.admit(request)
    async with open_rows(database_url) as stored:
        before = await stored.contents()
        assert await store.persistence.admit(request) == first
        assert await stored.contents() == before
    assert first.result.status == "accepted"


async def test_a_repeated_refusal_returns_its_stored_answer(store: TicketStore) -> None:
    request = a_request(link_id="lnk-of-nobody")
    first = await store.persistence.admit(request)
    await store.register_link("of-nobody")  # a later fact changes no stored answer
    assert await store.persistence.admit(request) == first
    assert codes(first) == ["link_does_not_fit"]


async def test_a_number_of_an_earlier_run_returns_its_stored_answer_marked_as_such(
    store: TicketStore,
) -> None:
    request = a_request()
    first = await store.persistence.admit(request)
    again = await store.persistence.admit(request.model_copy(update={"run_id": "run-2"}))
    assert again == first.model_copy(update={"is_from_earlier_run": True})


async def test_of_two_concurrent_claims_for_one_reward_one_is_accepted(store: TicketStore) -> None:
    """R25: a unique index decides, not a read; the other claim gets the number of the first."""

    async def race(order: str) -> None:
        both = await asyncio.gather(store.file(order), store.file(order))
        first, second = sorted(both, key=lambda one: one.result.status)
        assert (first.result.status, second.result.status) == ("accepted", "discarded")
        assert codes(second) == ["duplicate"]
        assert second.result.existing_ticket == first.result.number
        assert second.ticket is None

    await asyncio.gather(*(race(f"VT-{pair}") for pair in range(20)))


async def test_twenty_concurrent_requests_under_one_key_open_one_ticket(
    store: TicketStore, database_url: str
) -> None:
    request = a_request()
    answers = await asyncio.gather(*(store.persistence.admit(request) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)
    async with open_rows(database_url) as stored:
        rows = [await stored.count(table) for table in ("tickets", "ticket_transitions", "emails")]
    assert rows == [1, 1, 1]


async def test_a_withdrawn_claim_blocks_nothing(store: TicketStore) -> None:
    """R25: after a withdrawal the claim may be filed again."""
    first = await store.file()
    await store.handle(first, a_withdrawal())
    assert (await store.file()).result.status == "accepted"


async def test_a_discarded_claim_blocks_nothing(store: TicketStore) -> None:
    """R25: the form that was incomplete may be filed again, complete."""
    assert codes(await store.file(contact={"email": "nobody"})) == ["incomplete"]
    assert (await store.file()).result.status == "accepted"


async def test_a_rejected_claim_blocks(store: TicketStore) -> None:
    """R25: the partner has judged this reward."""
    first = await store.file("VT-2231-9")
    await store.handle(first, an_outcome("rejected", reason_code="order_not_found"), sent=True)
    again = await store.file("vt 2231 9")
    assert (codes(again), again.result.existing_ticket) == (["duplicate"], first.result.number)


async def test_the_same_order_of_another_account_is_accepted_and_reveals_nothing(
    store: TicketStore,
) -> None:
    await store.register_link("acc-2")
    first, second = await store.file(), await store.file(account_id="acc-2")
    assert [one.result.status for one in (first, second)] == ["accepted", "accepted"]
    assert second.result.existing_ticket is None


async def test_a_granted_reward_points_to_customer_service(store: TicketStore) -> None:
    """R4, R6."""
    await store.reward(state="granted", link_id="lnk-acc-1001")
    admission = await store.file()
    assert (codes(admission), admission.result.contact) == (["reward_granted"], SERVICE)


REFUSALS: dict[str, dict[str, Any]] = {
    "incomplete": {"ordered_on": None},
    "no_link": {"account_id": "acc-without-links"},
    "link_does_not_fit": {"link_id": "lnk-of-nobody"},
    "unknown_partner": {"partner_id": "no-such-partner"},
    "order_in_future": {"ordered_on": (datetime.now(UTC) + timedelta(days=9)).date().isoformat()},
    "duplicate": {},
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_claim_that_is_not_accepted_leaves_nothing_about_a_person(
    store: TicketStore, database_url: str, code: str
) -> None:
    if code == "duplicate":
        await store.file(PRIVATE["order_number"])
    claim = {"contact": CONTACT, "answers": ANSWERS} | REFUSALS[code]
    refused = await store.file(**claim)
    assert code in codes(refused)
    stored_text = await ticket_rows(database_url, refused.result.number)
    assert code in stored_text
    assert len(refused.emails) == 1, "the e-mail to send if the member did not wait for the answer"
    assert [value for value in PRIVATE.values() if value in stored_text] == []


async def ticket_rows(url: str, number: str) -> str:
    """Return a ticket's rows of all tables as one text."""
    async with open_rows(url) as stored:
        rows = [row for rows in (await stored.contents()).values() for row in rows]
    return "\n".join(row for row in rows if number in row)


async def test_an_accepted_claim_is_stored_completely(
    store: TicketStore, database_url: str
) -> None:
    """The check of a refused claim would find personal data."""
    admission = await store.file(contact=CONTACT, answers=ANSWERS)
    stored_text = await ticket_rows(database_url, admission.result.number)
    assert [value for value in PRIVATE.values() if value not in stored_text] == []


HOSTILE = {
    "control characters": "\x00\x01\x07\x1b[31m\r\n\t\x7f\x85\u2028\u202e" * 180,
    "HTML and templates": '<script>alert("&amp;")</script>{{ 7*7 }}{% raw %}' * 40,
    "emoji": "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467\ufe0f e\u0301" * 220,
    "SQL and escapes": "'; drop table tickets; -- \\u0000 \\\\ $1 :number %s" * 38,
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_two_thousand_characters_of_an_answer_are_stored_cleaned(
    store: TicketStore, database: Database, kind: str
) -> None:
    text = HOSTILE[kind][:1999] + "."
    assert len(text) > 1500
    answers = {"order_number": "VT-1", "objection": text}
    number = (await store.file(answers=answers)).result.number
    row = await database.fetch_row(QUERIES.get_claim_to_deliver, number=number)
    assert row
    assert row["answers"] == answers | {"objection": clean_text(text)}


async def test_unknown_fields_are_logged_and_change_nothing(
    store: TicketStore, database_url: str
) -> None:
    admission = await store.file(colour="red")
    assert admission.result.status == "accepted"
    async with open_rows(database_url) as stored:
        body = await stored.value("select body::text from ticket_messages")
    assert json.loads(body) == {"unknown_fields": ["colour"]}
