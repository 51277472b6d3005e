"""The page behind a partner's signed link: one claim, one answer in each round (R20, R21, R34)."""

import asyncio
import os

import httpx

from tests.gateway.pages.partner.partner_forms import CONFIRMATION, post, stored_outcomes
from tests.support.gateway.partner_client import a_ticket, outcome_link
from tests.support.gateway.processes import gateway_process
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import TIMEOUT_SECONDS
from tests.support.workflow.claims import days_ago

OTHER_SECRET = "whsec_" + "A" * 43 + "="


UNKNOWN = "ZW-4KQ7-P9XT-M2AB-C"


async def test_a_link_shows_its_claim_and_nothing_about_the_member(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    answer = await gateway.http.get(outcome_link(gateway, number))
    assert answer.status_code == 200
    for text in (number, "Numer umowy", "Velotel", "brakujące środki Cashback"):
        assert text in answer.text
    for private in ("Kowalski", "@example.com", "acc-"):
        assert private not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


async def test_the_promised_amount_is_shown_and_more_than_the_maximum_is_questioned(
    gateway: RunningGateway,
) -> None:
    """A person who types 99,999 for 20 has to see it before it is sent."""
    link = outcome_link(gateway, await a_ticket(gateway))
    form = await gateway.http.get(link)
    assert "Puste pole oznacza potwierdzenie obiecanej nagrody: 40,00 zł." in form.text
    confirmed = {"outcome": "confirmed", "round": "0"}
    usual = await post(gateway, link, confirmed | {"amount": "40,00"})
    assert "więcej niż uzgodnione maksimum" not in usual.text
    much = await post(gateway, link, confirmed | {"amount": "99999"})
    assert "To więcej niż uzgodnione maksimum 200,00 zł." in much.text


async def test_every_invalid_link_gets_the_same_response(
    gateway: RunningGateway,
) -> None:
    """One bit of the token, its ticket, partner, time or key: the page never says which."""
    number = await a_ticket(gateway)
    good = outcome_link(gateway, number)
    head, token = good.split("token=")
    altered = [
        f"{head}token={token[:at]}{chr(ord(token[at]) ^ 1)}{token[at + 1 :]}"
        for at in range(0, len(token), 7)
        if (chr(ord(token[at]) ^ 1)).isalnum()
    ]
    wrong = [
        *altered,
        head,
        head.partition("?")[0],
        f"{head}token=",
        f"{head}token={'x' * 5000}",
        good.replace(number, UNKNOWN),
        good.replace("velotel", "buchkiste"),
        good.replace("velotel", "moebelhof"),
        good.replace("velotel", "nobody"),
        outcome_link(gateway, number, days=-0.001),
        outcome_link(gateway, number, secret=OTHER_SECRET),
        outcome_link(gateway, number, "buchkiste"),
        outcome_link(gateway, UNKNOWN),
    ]
    language = {"accept-language": "de"}
    pages = [await gateway.http.get(one, headers=language) for one in wrong]
    pages += [await gateway.http.post(one, data=CONFIRMATION, headers=language) for one in wrong]
    assert {(page.status_code, page.text) for page in pages} == {(403, pages[0].text)}
    assert "Dieser Link funktioniert nicht" in pages[0].text
    assert all("set-cookie" not in page.headers for page in pages)
    assert await stored_outcomes(gateway) == []
    assert (await gateway.http.get(good)).status_code == 200


async def test_the_address_of_a_link_is_in_no_log(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    path = outcome_link(gateway, number).removeprefix(gateway.address)
    async with gateway_process(gateway, os.environ["TEMPORAL_ADDRESS"]) as (process, http):
        for address in (path, f"{path}&language=de", path + "x", path.replace("/outcome", "/x")):
            await http.get(address)
        await http.post(path, data=CONFIRMATION)
        process.terminate()
        _, log = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
    assert b"listening at" in log
    assert path.rpartition("=")[2].encode() not in log
    others = [line for line in log.splitlines() if b" security " not in line]
    assert number.encode() not in b"".join(others), "only the security log names tickets"


async def test_an_outcome_is_stored_after_the_partner_confirms_it(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    address = outcome_link(gateway, number)
    form = {k: v for k, v in CONFIRMATION.items() if k != "confirmed"} | {
        "amount": "12,50",
        "activated_on": days_ago(90).isoformat(),
        "confirmed_note": "Zgadza się.",
    }
    shown = await post(gateway, address, form)
    assert shown.status_code == 200
    assert await stored_outcomes(gateway) == []
    for text in ("12,50 zł", "Zgadza się.", f"Potwierdzenie zlecenia {number}."):
        assert text in shown.text
    changed = await post(gateway, address, form | {"confirmed": "no"})
    assert 'value="12,50"' in changed.text
    stored = await post(gateway, address, form | {"confirmed": "yes"})
    assert stored.status_code == 303
    done = await gateway.http.get(httpx.URL(address).join(stored.headers["location"]))
    assert "Zlecenie zostało potwierdzone" in done.text
    assert "12,50 zł" in done.text
    assert "<form" not in done.text
    assert (
        str((await gateway.env.wait_until_closed()).granted_amount)
        == "amount=Decimal('12.50') currency='PLN'"
    )
