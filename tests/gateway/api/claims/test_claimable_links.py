"""Claimable links of an account over HTTP."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest

from adapters.postgres.platform.feed_records import store_link, store_reward
from tests.support.builders import a_link, a_reward
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import a_claim, reward_for


async def requested(
    gateway: RunningGateway, account: str, kind: str, **headers: str
) -> httpx.Response:
    """Request the links as a platform with access to this account only."""
    path = f"/v1/accounts/{account}/claimable-links"
    return await gateway.http.get(
        path, params={"kind": kind}, headers=gateway.as_platform(account) | headers
    )


async def choices(
    gateway: RunningGateway, account: str, kind: str, **headers: str
) -> list[dict[str, Any]]:
    """Return the claimable links."""
    answer = await requested(gateway, account, kind, **headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["is_complete"]
    found: list[dict[str, Any]] = answer.json()["links"]
    return found


def ago(**span: float) -> datetime:
    """Return the time so long ago."""
    return datetime.now(UTC) - timedelta(**span)


async def test_only_the_accounts_links_are_listed_with_partner_kind_and_date(
    gateway: RunningGateway,
) -> None:
    """R10, R15, R16."""
    account, other = gateway.new_id("acc"), gateway.new_id("acc")
    mine, new, others = (gateway.new_id("lnk") for _ in range(3))
    put = partial(store_link, gateway.env.database)
    await put(a_link(account_id=account, link_id=mine, clicked_at=ago(days=20)))
    await put(a_link(account_id=account, link_id=new, clicked_at=ago(hours=1)))
    await put(a_link(account_id=other, link_id=others, clicked_at=ago(days=20)))
    newest, oldest = await choices(gateway, account, "missing_cashback")
    assert (oldest["link_id"], oldest["status"]) == (mine, "open")
    assert (oldest["partner_name"], oldest["kind"]) == ("Velotel", "cashback")
    assert oldest["clicked_on"] == oldest["orders_from"]
    assert oldest["amount"] == {"amount": "40.00", "currency": "PLN"}
    assert (newest["link_id"], newest["status"], newest["reason"]) == (new, "not_yet", "too_early")
    assert newest["available_from"]
    assert await choices(gateway, account, "missing_referral_reward") == []


@pytest.mark.parametrize(("language", "word"), [("pl", "nagroda"), ("de", "P"), ("en", "reward")])
async def test_a_reason_has_a_text_in_the_callers_language(
    gateway: RunningGateway, language: str, word: str
) -> None:
    account = gateway.new_id("acc")
    link = a_link(account_id=account, link_id=gateway.new_id("lnk"), clicked_at=ago(hours=1))
    await store_link(gateway.env.database, link)
    headers = {"accept-language": language}
    (found,) = await choices(gateway, account, "missing_cashback", **headers)
    assert word in found["message"].lower() or word in found["message"]


async def test_a_rejected_reward_is_listed_until_a_ticket_contests_it(
    gateway: RunningGateway,
) -> None:
    """R11, R25."""
    claim = await gateway.env.prepare_claim(a_claim(account=gateway.new_id("acc")))
    account, reward_id = claim["account_id"], gateway.new_id("rew")
    reward = reward_for(claim, reward_id=reward_id, state="rejected")
    await store_reward(gateway.env.database, reward)
    (found,) = await choices(gateway, account, "rejected_reward")
    assert (found["status"], found["reward_id"]) == ("open", reward_id)
    assert found["link_id"] == claim["link_id"]
    chosen = {name: found[name] for name in ("partner_id", "link_id", "reward_id")}
    contest = claim | chosen | {"kind": "rejected_reward", "ordered_on": None}
    contest["answers"] |= {"objection": "It runs."}
    headers = gateway.as_platform(account) | {"idempotency-key": gateway.new_id("key")}
    filed = (await gateway.http.post("/v1/tickets", json=contest, headers=headers)).json()
    assert filed["status"] == "accepted", filed
    (after,) = await choices(gateway, account, "rejected_reward")
    assert (after["status"], after["reason"]) == ("closed", "duplicate")
    assert after["existing_ticket"] == filed["number"]
    assert filed["number"] in after["message"]


async def test_a_rejected_reward_at_a_partner_without_a_link_says_so(
    gateway: RunningGateway,
) -> None:
    """R10."""
    account = gateway.new_id("acc")
    reward = a_reward(
        account_id=account, reward_id=gateway.new_id("rew"), link_id=None, changed_at=ago(days=1)
    )
    await store_reward(gateway.env.database, reward)
    (found,) = await choices(gateway, account, "rejected_reward")
    assert (found["status"], found["reason"]) == ("closed", "no_link")


async def test_an_unknown_account_has_no_claimable_links(gateway: RunningGateway) -> None:
    for kind in ("missing_cashback", "missing_referral_reward", "rejected_reward"):
        assert await choices(gateway, gateway.new_id("acc"), kind) == []


async def test_another_account_is_refused(gateway: RunningGateway) -> None:
    path = f"/v1/accounts/{gateway.new_id('acc')}/claimable-links?kind=missing_cashback"
    answer = await gateway.http.get(path, headers=gateway.as_platform("acc-mine"))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    answer = await gateway.http.get(path, headers=gateway.as_platform() | gateway.as_agent())
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("query", ["", "?kind=", "?kind=everything"])
async def test_an_unknown_kind_is_malformed(gateway: RunningGateway, query: str) -> None:
    path = f"/v1/accounts/acc-1/claimable-links{query}"
    answer = await gateway.http.get(path, headers=gateway.as_platform())
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "kind")


async def test_an_account_id_may_contain_a_slash(gateway: RunningGateway) -> None:
    answer = await requested(gateway, "eu/17", "missing_cashback")
    assert answer.status_code == 200
