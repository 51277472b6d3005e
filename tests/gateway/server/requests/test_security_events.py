"""The security log of API and pages, and what it never contains."""

from tests.gateway.server.requests.security_lines import SecurityLines
from tests.support.browser_client import Member, MemberBrowser
from tests.support.gateway.running_gateway import RunningGateway


async def test_refused_tokens_are_logged_without_their_content(
    gateway: RunningGateway, security_lines: SecurityLines
) -> None:
    forged = gateway.bearer_headers(
        {"roles": ["agent"]}, "another-secret-that-nobody-here-has-ever-had"
    )
    assert (await gateway.http.get("/v1/tickets", headers=forged)).status_code == 401
    assert (await gateway.http.get("/v1/tickets")).status_code == 401
    assert security_lines.of("token_refused") == [{}], "a call without any token is no event"
    platform = gateway.as_platform(gateway.new_id("acc"), sub="shop")
    assert (await gateway.http.get("/v1/tickets", headers=platform)).status_code == 403
    assert security_lines.of("role_refused") == [{"subject": "shop", "path": "/v1/tickets"}]
    path = "/v1/accounts/acc-of-another/claimable-links?kind=missing_cashback"
    assert (await gateway.http.get(path, headers=platform)).status_code == 403
    assert security_lines.of("account_refused") == [{"subject": "shop"}]
    assert forged["authorization"].removeprefix("Bearer ") not in security_lines.text


async def test_refused_signatures_and_links_are_logged(
    gateway: RunningGateway, security_lines: SecurityLines
) -> None:
    await gateway.http.post("/v1/partners/velotel/outcomes", json={})
    assert security_lines.of("signature_refused") == [{"path": "/v1/partners/velotel/outcomes"}]
    number = "ZW-4KQ7-P9XT-M2AB-C"
    await gateway.http.get(f"/tickets/{number}/information?token=made-up-token")
    assert security_lines.of("link_refused") == [{"kind": "member", "number": number}]
    assert "made-up-token" not in security_lines.text


async def test_login_tokens_and_ended_sessions_are_logged(
    gateway: RunningGateway, member_browser: MemberBrowser, security_lines: SecurityLines
) -> None:
    member = Member(gateway)
    token = member.login_token()
    for sent in (token, token, "made-up"):
        await member_browser.post("/form/sign-in", data={"token": sent})
    subject = {"kind": "member", "subject": member.account}
    await gateway.http.post("/v1/sessions/end", json=subject, headers=gateway.as_operator())
    assert security_lines.of("signed_in") == [subject]
    refused = [one["why"] for one in security_lines.of("login_token_refused")]
    assert refused == ["used_or_ended", "not_valid"]
    assert security_lines.of("sessions_ended") == [
        subject | {"by": "operator:platform", "count": 1}
    ]
    assert token not in security_lines.text


async def test_requests_for_one_account_are_limited_and_logged(
    gateway: RunningGateway, security_lines: SecurityLines
) -> None:
    account, other = gateway.new_id("acc"), gateway.new_id("acc")
    statuses = []
    for account_id in [account] * 130 + [other]:
        path = f"/v1/accounts/{account_id}/claimable-links?kind=missing_cashback"
        answer = await gateway.http.get(path, headers=gateway.as_platform(account_id))
        statuses.append(answer.status_code)
    assert statuses[:120] == [200] * 120
    assert statuses[-2:] == [429, 200], "another account notices nothing"
    assert {"limit": "account", "key": account} in security_lines.of("rate_limited")
