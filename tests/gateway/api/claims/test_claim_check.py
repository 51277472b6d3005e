"""Checking a claim: the same result as filing, and nothing is stored."""

from typing import Any

import httpx
import pytest

from adapters.postgres.platform.feed_records import store_reward
from adapters.postgres.tickets.email_queue import store_mail_capabilities
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim, an_early_claim, an_order, reward_for


async def checked(gateway: RunningGateway, claim: Any) -> httpx.Response:
    """Check a claim as a platform with access to all accounts; return the response."""
    return await gateway.http.post("/v1/claims/check", json=claim, headers=gateway.as_platform())


async def filed(gateway: RunningGateway, claim: Any) -> dict[str, Any]:
    """File the same claim; return its result without the fields that only a ticket has."""
    headers = gateway.as_platform() | {"idempotency-key": gateway.new_id("key")}
    answer: dict[str, Any] = (
        await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    ).json()
    answer.pop("number")
    return answer


async def tickets(gateway: RunningGateway, account: str) -> int:
    """Return the number of an account's stored tickets."""
    async with gateway.env.database.transaction() as connection:
        query = "select count(*) from tickets where account_id = $1"
        return int(await connection.fetchval(query, account))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"contact": {"email": "jan@example.com", "language": "de"}},
        {"contact": {"email": "jan@example.com", "language": "uk"}},
        {"contact": None},
        {"ordered_on": "2020-01-01"},
        {"ordered_on": "2199-01-01"},
        {"link_id": "lnk-of-somebody-else"},
        {"kind": "missing_referral_reward"},
        {"kind": "rejected_reward", "reward_id": "rew-of-somebody-else"},
        {"kind": "nothing"},
        {"partner_id": "nobody"},
        {"partner_id": None},
        {"answers": {"order_number": "?"}},
        {"answers": {"order_number": ["?"]}},
        {"answers": {str(n): n for n in range(60)}},
        {"colour": "red"},
    ],
    ids=str,
)
async def test_a_check_returns_the_result_of_filing_and_stores_nothing(
    gateway: RunningGateway, changes: dict[str, Any]
) -> None:
    account = gateway.new_id("acc")
    claim = await gateway.env.prepare_claim(a_claim(account=account))
    submitted = {key: value for key, value in (claim | changes).items() if value is not None}
    answer = await checked(gateway, submitted)
    assert answer.status_code == 200, answer.text
    assert await tickets(gateway, account) == 0
    assert answer.json() == await filed(gateway, submitted)


async def test_the_check_of_an_early_claim_says_when_it_becomes_possible(
    gateway: RunningGateway,
) -> None:
    """R9."""
    claim = await gateway.env.prepare_claim(an_early_claim(account=gateway.new_id("acc")))
    found = (await checked(gateway, claim)).json()
    assert (found["status"], found["reasons"][0]["code"]) == ("refused", "too_early")
    assert found["available_from"]
    assert found == await filed(gateway, claim)


async def test_a_duplicate_claim_names_the_existing_ticket(
    gateway: RunningGateway,
) -> None:
    """R25: the account's own."""
    order = an_order()
    claim = await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc"), order=order))
    headers = gateway.as_platform() | {"idempotency-key": gateway.new_id("key")}
    number = (await gateway.http.post("/v1/tickets", json=claim, headers=headers)).json()["number"]
    found = (await checked(gateway, claim)).json()
    assert (found["status"], found["existing_ticket"]) == ("discarded", number)
    other = await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc"), order=order))
    assert (await checked(gateway, other)).json()["status"] == "accepted"


@pytest.mark.parametrize(
    ("state", "code", "contact"),
    [
        ("granted", "reward_granted", "help@rewards.example"),
        ("invalid", "reward_invalid", "help@rewards.example"),
        ("registered", "reward_registered", None),
    ],
)
async def test_a_registered_reward_is_found(
    gateway: RunningGateway, state: str, code: str, contact: str | None
) -> None:
    """R4-R6, R24."""
    claim = await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc")))
    await store_reward(gateway.env.database, reward_for(claim, state=state))
    found = (await checked(gateway, claim)).json()
    assert (found["reasons"][0]["code"], found["contact"]) == (code, contact)
    assert found == await filed(gateway, claim)


async def test_a_check_promises_no_email_that_cannot_be_sent(gateway: RunningGateway) -> None:
    """Depends on the capabilities of the mail server that a worker has stored."""
    contact = {"email": "jörg@straße.de", "name": "http://evil.example", "language": "de-AT"}
    claim = await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc"), contact=contact))
    database = gateway.env.database
    await store_mail_capabilities(database, supports_smtputf8=False)
    try:
        found = (await checked(gateway, claim)).json()
    finally:
        await store_mail_capabilities(database, supports_smtputf8=True)
    (reason,) = found["reasons"]
    assert (reason["code"], reason["field"]) == ("incomplete", "contact.email")
    assert reason["message"].startswith("E-Mail-Adresse: An diese Adresse können wir nichts senden")
    assert (await checked(gateway, claim)).json()["status"] == "accepted"
    filed_answer = await filed(gateway, claim)
    assert filed_answer["status"] == "accepted"
