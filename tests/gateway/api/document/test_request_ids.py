"""The id of a command over HTTP: bound to its content and its caller."""

from typing import Any

import pytest

from adapters.postgres.platform.feed_records import store_link
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket, get_ticket
from tests.support.workflow.claims import a_claim, link_of

RESEND = {"request_id": "r-1", "reason": "they lost it"}
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("decision", {"outcome": "rejected", "reason_code": "terms_not_met"}),
    ("decision", {"outcome": "confirmed", "note": "seen"}),
    ("withdrawal", {"reason": "they lost it"}),
    ("information", {"questions": ["order_number"]}),
    ("resend", {"reason": "they lost it again"}),
    ("resend", {}),
]


async def test_other_content_under_the_id_of_a_request_is_refused(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    where, headers = f"/v1/tickets/{number}", gateway.as_agent("anna")
    first = await gateway.http.post(f"{where}/resend", json=RESEND, headers=headers)
    assert first.status_code == 200, first.text
    for call, body in OTHERS:
        command = body | {"request_id": "r-1"}
        answer = await gateway.http.post(f"{where}/{call}", json=command, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused"), call
        by_header = headers | {"idempotency-key": "r-1"}
        answer = await gateway.http.post(f"{where}/{call}", json=body, headers=by_header)
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused"), call
    again = await gateway.http.post(f"{where}/resend", json=RESEND, headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert (await get_ticket(gateway, number))["state"] == "sent_to_partner"


async def test_request_ids_of_different_callers_do_not_collide(gateway: RunningGateway) -> None:
    account = gateway.new_id("acc")
    number = await a_sent_ticket(gateway, account)
    where = f"/v1/tickets/{number}"
    anna = gateway.as_agent("anna")
    assert (
        await gateway.http.post(f"{where}/resend", json=RESEND, headers=anna)
    ).status_code == 200
    bob = await gateway.http.post(
        f"{where}/resend", json={**RESEND, "reason": "other"}, headers=gateway.as_agent("bob")
    )
    assert bob.status_code == 200
    platform = gateway.as_platform(account, sub="shop-backend")
    gone = await gateway.http.post(
        f"{where}/withdrawal", json={"request_id": "r-1"}, headers=platform
    )
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")


async def test_a_request_id_stays_bound_after_the_ticket_is_closed(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    where, headers = f"/v1/tickets/{number}", gateway.as_agent("anna")
    await gateway.http.post(f"{where}/resend", json=RESEND, headers=headers)
    await gateway.http.post(f"{where}/withdrawal", json={"request_id": "w-1"}, headers=headers)
    await gateway.env.wait_until_closed()
    for request_id in ("r-1", "w-1"):
        command = {"request_id": request_id, "reason": "too late"}
        answer = await gateway.http.post(f"{where}/withdrawal", json=command, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    late = {"request_id": "l-1", "reason": "too late"}
    for body, code in ((late, 409), (late, 409), (late | {"reason": "later"}, 422)):
        answer = await gateway.http.post(f"{where}/resend", json=body, headers=headers)
        assert answer.status_code == code


@pytest.mark.parametrize("more", [{"reward_id": None}, {"colour": "red"}], ids=str)
async def test_a_claim_with_an_additional_null_or_unknown_field_is_the_same_claim(
    gateway: RunningGateway, more: dict[str, Any]
) -> None:
    claim = a_claim(account=gateway.new_id("acc"))
    await store_link(gateway.env.database, link_of(claim))
    headers = gateway.as_platform() | {"idempotency-key": "form-1"}
    first = await gateway.http.post("/v1/tickets", json=claim, headers=headers)
    again = await gateway.http.post("/v1/tickets", json=claim | more, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = claim | {"ordered_on": "2026-01-02"}
    reused = await gateway.http.post("/v1/tickets", json=other, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (422, "key_reused")
