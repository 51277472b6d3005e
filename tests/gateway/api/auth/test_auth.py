"""Callers: the claims of their tokens, their roles, and the accounts that they may access."""

import asyncio
from typing import Any, Final

import pytest

from domain.errors import RequestRejected
from gateway.http.caller import Caller, caller_from_claims
from tests.support.gateway.running_gateway import RunningGateway

OTHER_SECRET: Final = "another-secret-that-was-made-up-for-the-tests-only"
FORM: Final = "/v1/partners/velotel/form?kind=missing_cashback"


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": ""},
        {"sub": "a b"},
        {"sub": 7},
        {"sub": "x" * 201},
        {"sub": "p", "roles": "platform"},
        {"sub": "p", "roles": [1]},
        {"sub": "p", "accounts": "acc-1"},
        {"sub": "p", "accounts": 5},
        {"sub": "p", "accounts": None},
        {"sub": "p", "accounts": [None]},
    ],
    ids=str,
)
def test_a_token_with_malformed_claims_is_refused(claims: dict[str, Any]) -> None:
    with pytest.raises(RequestRejected, match="unauthorised"):
        caller_from_claims(claims)


def test_a_token_without_accounts_may_access_none() -> None:
    caller = caller_from_claims({"sub": "p", "roles": ["platform"]})
    assert not caller.may_access_account("acc-1")
    assert not caller.may_access_account("")
    assert not caller_from_claims({"sub": "p", "accounts": ["*"]}).may_access_account("acc-1")
    assert caller_from_claims({"sub": "p", "accounts": "*"}).may_access_account("acc-1")
    assert Caller(subject="p", accounts=frozenset({"a"})).may_access_account("a")


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ([], 403),
        (["agent"], 403),
        (["operator"], 403),
        (["member"], 403),
        (["Platform"], 403),
        (["platform"], 200),
        (["agent", "platform"], 200),
    ],
)
async def test_a_call_is_allowed_for_its_roles_only(
    gateway: RunningGateway, roles: list[str], status: int
) -> None:
    headers = gateway.bearer_headers({"roles": roles, "accounts": "*"})
    assert (await gateway.http.get(FORM, headers=headers)).status_code == status


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic cGxhdGZvcm06eA==", "bearer", "Bearer a b", "Token x"]
)
async def test_a_request_without_a_token_is_unauthorised(
    gateway: RunningGateway, header: str
) -> None:
    answer = await gateway.http.get(FORM, headers={"authorization": header.strip()})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorised")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_tokens_with_different_faults_get_the_same_answer(
    gateway: RunningGateway,
) -> None:
    bad = [gateway.token(change) for change in ({"iss": "x"}, {"aud": "x"}, {"exp": 1})]
    bad += [gateway.token({}, OTHER_SECRET), "a.b.c"]
    answers = await asyncio.gather(
        *(gateway.http.get(FORM, headers={"authorization": f"Bearer {token}"}) for token in bad)
    )
    claims = [answer.json() | {"request_id": ""} for answer in answers]
    assert all(one == claims[0] for one in claims)
    assert {answer.status_code for answer in answers} == {401}
