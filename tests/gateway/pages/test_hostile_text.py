"""Text that cannot be encoded or stored, wherever the gateway accepts text: refused at its field,
or accepted without the characters that cannot be stored, and never an internal error.
"""

import json
from typing import Any

import pytest

from tests.support.gateway.agent_browser import signed_in_agent
from tests.support.gateway.partner_client import outcome, send_outcomes
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket, field_errors_of
from tests.support.workflow.claims import a_claim, link_of, reward_for

SURROGATE = "\ud800"


NUL = "a\x00b"


ROLES = {"roles": ["platform", "agent"], "accounts": "*"}


CLAIM = a_claim("acc-of-nobody")


LINK = link_of(CLAIM).model_dump(mode="json")


REWARD = reward_for(CLAIM).model_dump(mode="json")


TICKET = "/v1/tickets/{number}"


CALLS: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/v1/tickets", CLAIM | {"contact": {"name": SURROGATE}}, "contact.name"),
    ("POST", "/v1/tickets", CLAIM | {"kind": SURROGATE}, "kind"),
    ("POST", "/v1/tickets", CLAIM | {"ordered_on": SURROGATE}, "ordered_on"),
    ("POST", "/v1/tickets", CLAIM | {"answers": {"order_number": SURROGATE}}, "answers"),
    ("POST", "/v1/tickets", CLAIM | {"answers": {SURROGATE: "x"}}, "answers"),
    ("POST", "/v1/tickets", CLAIM | {"unknown_field": SURROGATE}, "body"),
    ("POST", "/v1/claims/check", CLAIM | {"answers": {"more": [SURROGATE]}}, "answers"),
    ("PUT", f"/v1/links/{LINK['link_id']}", LINK | {"partner_id": SURROGATE}, "partner_id"),
    (
        "PUT",
        f"/v1/rewards/{REWARD['reward_id']}",
        REWARD | {"order_number": SURROGATE},
        "order_number",
    ),
    ("POST", f"{TICKET}/decision", {"outcome": "confirmed", "note": SURROGATE}, "note"),
    ("POST", f"{TICKET}/decision", {"outcome": SURROGATE, "note": "x"}, "outcome"),
    ("POST", f"{TICKET}/withdrawal", {"reason": SURROGATE}, "reason"),
    ("POST", f"{TICKET}/withdrawal", {"request_id": SURROGATE}, "request_id"),
    ("POST", f"{TICKET}/resend", {"reason": SURROGATE}, "reason"),
    ("POST", f"{TICKET}/information", {"questions": ["x", SURROGATE]}, "questions.1"),
    ("POST", f"{TICKET}/information", {"note": SURROGATE}, "note"),
    ("POST", f"{TICKET}/information", {"answers": {"order_number": SURROGATE}}, "answers"),
    ("POST", f"{TICKET}/information", {"answers": {SURROGATE: "x"}}, "answers"),
]


def both_roles(gateway: RunningGateway) -> dict[str, str]:
    """Headers of a caller with all roles and a JSON body."""
    key = {"idempotency-key": gateway.new_id("key")}
    return gateway.bearer_headers(ROLES) | key | {"content-type": "application/json"}


@pytest.mark.parametrize(("method", "path", "body", "field"), CALLS)
async def test_an_unpaired_surrogate_is_refused_at_its_field(
    gateway: RunningGateway, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    address = path.format(number="ZW-4KQ7-P9XT-M2AB-C")
    answer = await gateway.http.request(
        method, address, content=json.dumps(body), headers=both_roles(gateway)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), answer.text
    assert next(iter(field_errors_of(answer))).startswith(field)


@pytest.mark.parametrize("field", ["link_id", "account_id"])
async def test_an_unpaired_surrogate_affects_only_its_record_of_a_list(
    gateway: RunningGateway, field: str
) -> None:
    records = json.dumps([LINK | {field: SURROGATE}, LINK | {"account_id": gateway.new_id("acc")}])
    answer = await gateway.http.put("/v1/links", content=records, headers=both_roles(gateway))
    assert answer.status_code == 200, answer.text
    malformed, valid = answer.json()["results"]
    assert (malformed["result"], malformed["errors"][0]["field"]) == ("malformed", field)
    assert valid["id"] == LINK["link_id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"note": SURROGATE},
        {"outcome_id": SURROGATE},
        {"number": SURROGATE},
        {SURROGATE: SURROGATE},
        {"reason_code": SURROGATE},
    ],
    ids=ascii,
)
async def test_an_unpaired_surrogate_makes_an_outcome_malformed(
    gateway: RunningGateway, changes: dict[str, Any]
) -> None:
    sent = await send_outcomes(gateway, [outcome(gateway, "ZW-4KQ7-P9XT-M2AB-C") | changes])
    assert sent.status_code == 202, sent.text
    assert sent.json()["results"][0]["code"] == "malformed"


async def test_a_nul_in_an_agents_text_is_accepted_and_not_stored(gateway: RunningGateway) -> None:
    number = await a_sent_ticket(gateway)
    commands = (
        ("information", {"questions": [NUL]}),
        ("information", {"note": NUL, "answers": {"note": NUL}}),
        ("resend", {"reason": NUL}),
        ("withdrawal", {"reason": NUL}),
        ("withdrawal", {"reason": NUL}),  # after the end it is logged only
    )
    for call, body in commands:
        path = f"/v1/tickets/{number}/{call}"
        answer = await gateway.http.post(path, json=body, headers=gateway.as_agent())
        assert answer.status_code in (200, 409), answer.text
        if call == "withdrawal":
            await gateway.env.wait_until_closed()
    assert (await gateway.env.transitions())[-1].startswith("withdrawn")


@pytest.mark.parametrize("byte", ["%00", "%ED%A0%80", "%FF"])
async def test_undecodable_bytes_in_an_address_cause_no_internal_error(
    gateway: RunningGateway, byte: str
) -> None:
    addresses = [
        *(f"/v1/tickets?{name}={byte}" for name in ("order_number", "email", "partner", "number")),
        *(f"/v1/tickets?{name}={byte}" for name in ("state", "attention", "after", "due_before")),
        f"/v1/tickets/{byte}",
        f"/v1/partners/{byte}/form?kind=missing_cashback",
        f"/v1/accounts/{byte}/claimable-links?kind=missing_cashback",
        f"/partners/{byte}/tickets/{byte}/outcome?token={byte}",
        f"/tickets/{byte}/information?token={byte}",
        f"/form/sign-in?token={byte}",
        f"/desk/sign-in?token={byte}",
    ]
    for address in addresses:
        answer = await gateway.http.get(address, headers=gateway.bearer_headers(ROLES))
        assert answer.status_code < 500, address
    async with signed_in_agent(gateway) as client:
        for name in ("q", "partner", "state", "attention", "after"):
            for value in (byte, f"@{byte}"):
                assert (await client.get(f"/desk?{name}={value}")).status_code == 200, name
        assert (await client.get(f"/desk/tickets/{byte}?done={byte}")).status_code == 404


async def test_a_token_with_a_nul_is_invalid(gateway: RunningGateway) -> None:
    seen = await gateway.http.get("/v1/events", headers=gateway.as_platform(NUL))
    assert seen.status_code == 401
    entered = await gateway.http.get(f"/form/sign-in?token={gateway.login_token(sub=NUL)}")
    assert entered.status_code == 403


@pytest.mark.parametrize("role", ["member", "agent"])
async def test_a_login_token_names_its_roles_in_a_list(gateway: RunningGateway, role: str) -> None:
    area = "form" if role == "member" else "desk"
    entered = await gateway.http.get(
        f"/{area}/sign-in?token={gateway.login_token(roles=f'no {role}')}"
    )
    assert entered.status_code == 403
