"""The page behind a partner's signed link: one claim, one answer in each round (R20, R21, R34)."""

import asyncio
import os
from typing import Any

import httpx
import pytest

from tests.support.gateway.partner_client import a_ticket, ago, outcome, outcome_link, results
from tests.support.gateway.processes import gateway_process, second_gateway
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import TIMEOUT_SECONDS
from tests.support.workflow.claims import days_ago

OTHER_SECRET = "whsec_" + "A" * 43 + "="
NOBODY = "ZW-4KQ7-P9XT-M2AB-C"
YES = {"outcome": "confirmed", "round": "0", "confirmed": "yes"}
ASK = {
    "outcome": "information_requested",
    "round": "0",
    "confirmed": "yes",
    "question": "Jaka kwota?",
}


def reject(reason: str = "order_not_found", **more: str) -> dict[str, str]:
    return {"outcome": "rejected", "round": "0", "confirmed": "yes", "reason_code": reason} | more


async def post(gateway: RunningGateway, address: str, form: dict[str, Any]) -> httpx.Response:
    return await gateway.http.post(address, data=form)


async def answered(gateway: RunningGateway) -> list[tuple[str, str]]:
    rows = await gateway.env.rows("partner_outcomes", "sequence")
    return [(row["outcome_id"], row["outcome"]["outcome"]) for row in rows]


async def test_a_link_shows_its_claim_and_nothing_about_the_member(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    answer = await gateway.http.get(outcome_link(gateway, number))
    assert answer.status_code == 200
    for words in (number, "Numer umowy", "Velotel", "niezarejestrowany zwrot pieniędzy"):
        assert words in answer.text
    for private in ("Kowalski", "@example.com", "acc-"):
        assert private not in answer.text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


async def test_whatever_is_wrong_with_a_link_the_answer_is_the_same(
    gateway: RunningGateway,
) -> None:
    """One bit of the token, its ticket, its partner, its time, its key: and no word of which."""
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
        good.replace(number, NOBODY),
        good.replace("velotel", "buchkiste"),
        good.replace("velotel", "moebelhof"),
        good.replace("velotel", "nobody"),
        outcome_link(gateway, number, days=-0.001),
        outcome_link(gateway, number, secret=OTHER_SECRET),
        outcome_link(gateway, number, "buchkiste"),
        outcome_link(gateway, NOBODY),
    ]
    language = {"accept-language": "de"}
    pages = [await gateway.http.get(one, headers=language) for one in wrong]
    pages += [await gateway.http.post(one, data=YES, headers=language) for one in wrong]
    assert {(page.status_code, page.text) for page in pages} == {(403, pages[0].text)}
    assert "Dieser Link funktioniert nicht" in pages[0].text
    assert all("set-cookie" not in page.headers for page in pages)
    assert await answered(gateway) == []
    assert (await gateway.http.get(good)).status_code == 200


async def test_the_address_of_a_link_is_in_no_log(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    path = outcome_link(gateway, number).removeprefix(gateway.address)
    async with gateway_process(gateway, os.environ["TEMPORAL_ADDRESS"]) as (process, http):
        for address in (path, f"{path}&language=de", path + "x", path.replace("/outcome", "/x")):
            await http.get(address)
        await http.post(path, data=YES)
        process.terminate()
        _, log = await asyncio.wait_for(process.communicate(), TIMEOUT_SECONDS)
    assert b"listening at" in log
    assert path.rpartition("=")[2].encode() not in log
    others = [line for line in log.splitlines() if b" security " not in line]
    assert number.encode() not in b"".join(others), "only the security log names tickets"


async def test_an_answer_is_taken_when_the_partner_is_sure(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    address = outcome_link(gateway, number)
    form = {k: v for k, v in YES.items() if k != "confirmed"} | {
        "amount": "12,50",
        "activated_on": days_ago(90).isoformat(),
        "confirmed_note": "Zgadza się.",
    }
    shown = await post(gateway, address, form)
    assert shown.status_code == 200
    assert await answered(gateway) == []
    for words in ("12,50 zł", "Zgadza się.", f"Potwierdzenie zlecenia {number}."):
        assert words in shown.text
    changed = await post(gateway, address, form | {"confirmed": "no"})
    assert 'value="12,50"' in changed.text
    taken = await post(gateway, address, form | {"confirmed": "yes"})
    assert taken.status_code == 303
    done = await gateway.http.get(httpx.URL(address).join(taken.headers["location"]))
    assert "Zlecenie zostało potwierdzone" in done.text
    assert "12,50 zł" in done.text
    assert "<form" not in done.text
    assert (
        str((await gateway.env.wait_until_closed()).granted_amount)
        == "amount=Decimal('12.50') currency='PLN'"
    )


async def test_a_double_click_a_reload_and_a_second_link_change_nothing(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    first, second = outcome_link(gateway, number), outcome_link(gateway, number, days=60)
    at_once = [post(gateway, first, reject()) for _ in range(5)]
    at_once += [post(gateway, second, reject("other")) for _ in range(5)]
    assert {one.status_code for one in await asyncio.gather(*at_once)} == {303}
    assert (await gateway.env.wait_until_closed()).state == "rejected"
    assert (await post(gateway, second, YES)).status_code == 303
    assert await answered(gateway) == [("link-0", "rejected")]
    assert "To zlecenie jest zakończone" in (await gateway.http.get(second)).text
    codes = [note["code"] for note in await gateway.env.message_log()]
    assert (codes.count("applied"), len(codes) <= 2) == (1, True)
    assert set(codes) <= {"applied", "outcome_id_reused"}


async def test_a_question_that_was_answered_opens_the_next_round(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    address = outcome_link(gateway, number)
    asking = ASK | {"question_fields": ["order_number"]}
    assert (await post(gateway, address, asking)).status_code == 303
    await gateway.env.wait_for_state("information_requested")
    for form in (asking, YES):
        assert (await post(gateway, address, form)).status_code == 303
    page = await gateway.http.get(address)
    assert "Pytanie zostało przekazane" in page.text
    assert "<form" not in page.text
    await gateway.env.send_update(
        "provide_information", actor="member", note="Czterdzieści złotych."
    )
    await gateway.env.wait_for_state("sent_to_partner")
    page = await gateway.http.get(address)
    for words in ("Czterdzieści złotych.", "Wcześniejsze odpowiedzi", "Jaka kwota?", "<form"):
        assert words in page.text
    stale = await post(gateway, address, reject(round="0", rejected_note="Zachowane"))
    assert stale.status_code == 409
    assert "Zachowane" in stale.text
    assert (await post(gateway, address, reject(round="1"))).status_code == 303
    assert (await gateway.env.wait_until_closed()).state == "rejected"
    expected = [("link-0", "information_requested"), ("link-1", "rejected")]
    assert await answered(gateway) == expected


async def test_a_question_that_came_after_another_is_not_shown_as_asked(
    gateway: RunningGateway,
) -> None:
    """The page was open while an agent asked: the ticket takes no second question now."""
    number = await a_ticket(gateway)
    address = outcome_link(gateway, number)
    await gateway.env.send_update("request_information", actor="agent:anna", questions=["Czemu?"])
    await gateway.env.wait_for_state("information_requested")
    page = await post(gateway, address, ASK)
    assert page.status_code == 409
    assert "<form" in page.text
    assert await answered(gateway) == []
    assert (await post(gateway, address, reject())).status_code == 303
    assert (await gateway.env.wait_until_closed()).state == "rejected"


async def test_the_member_is_asked_in_their_own_language(gateway: RunningGateway) -> None:
    contact = {"email": "greta@example.com", "name": "Greta", "language": "de"}
    number = await a_ticket(gateway, contact=contact)
    form = {"outcome": "information_requested", "round": "0", "confirmed": "yes"}
    form["question_fields"] = "activated_on"
    assert (await post(gateway, outcome_link(gateway, number), form)).is_redirect
    await gateway.env.wait_for_state("information_requested")
    (letter,) = [
        row for row in await gateway.env.rows("emails", "key") if "information" in row["kind"]
    ]
    (question,) = letter["params"]["questions"]
    assert question.startswith("Bitte prüfen Sie diese Angabe")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"outcome": "confirmed", "amount": "dużo"}, "amount"),
        ({"outcome": "confirmed", "amount": "-1"}, "amount"),
        ({"outcome": "confirmed", "amount": "1.250"}, "amount"),
        ({"outcome": "confirmed", "activated_on": "2026-02-30"}, "activated_on"),
        ({"outcome": "confirmed", "cancellation_ends_on": "soon"}, "cancellation_ends_on"),
        ({"outcome": "confirmed", "confirmed_note": "x" * 4001}, "confirmed_note"),
        ({"outcome": "rejected"}, "reason_code"),
        ({"outcome": "rejected", "reason_code": "because"}, "reason_code"),
        ({"outcome": "information_requested", "question": " "}, "question"),
        ({"outcome": "information_requested", "question_fields": "no_such_field"}, "question"),
        ({"outcome": "information_requested", "question": "x" * 4001}, "question"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(
    gateway: RunningGateway, form: dict[str, str], field: str
) -> None:
    number = gateway.env.number or await a_ticket(gateway)
    if (await gateway.env.row())["state"] != "sent_to_partner":
        number = await a_ticket(gateway)
    sent = {"round": "0", "confirmed": "yes"}
    filled = {"amount": "7", "confirmed_note": "Moje słowa"} | sent | form
    answer = await post(gateway, outcome_link(gateway, number), filled)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert field == "confirmed_note" or "Moje słowa" in answer.text
    assert await answered(gateway) == []


async def test_a_form_that_no_page_of_ours_makes_is_refused(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    for form in ({}, {"outcome": "perhaps", "round": "0"}):
        assert (await post(gateway, outcome_link(gateway, number), form)).status_code in (409, 422)
    assert await answered(gateway) == []


@pytest.mark.parametrize("end", ["withdrawn", "decided", "rejected by call", "rejected by link"])
async def test_a_link_to_a_claim_that_has_ended_shows_nothing_of_it(
    gateway: RunningGateway, end: str
) -> None:
    """It opens for weeks, in whoever's hands: looking, answering, and answering for sure."""
    number = await a_ticket(gateway)
    secret = (await gateway.env.row())["answers"]["order_number"]
    assert secret in (await gateway.http.get(outcome_link(gateway, number))).text
    match end:
        case "withdrawn":
            await gateway.env.send_update("withdraw", actor="member")
        case "decided":
            await gateway.env.send_update("decide", outcome="rejected", reason_code="terms_not_met")
        case "rejected by call":
            await results(gateway, outcome(gateway, number, "rejected"))
        case _:
            await post(gateway, outcome_link(gateway, number), reject())
    await gateway.env.wait_until_closed()
    before = await answered(gateway)
    address = f"{outcome_link(gateway, number)}&language=en"
    for form in (YES, reject(), {"outcome": "confirmed"}, {}):
        back = await post(gateway, address, form)
        assert (back.status_code, back.text) == (303, "")
    page = await gateway.http.get(address)
    assert (page.status_code, "This claim has ended" in page.text) == (200, True)
    assert "mailto:help@rewards.example" in page.text
    assert secret not in page.text
    assert "<form" not in page.text
    assert await answered(gateway) == before


async def test_while_an_agent_asks_the_partner_can_decide_but_not_ask(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    await gateway.env.send_update("request_information", questions=["Kiedy?"])
    await gateway.env.wait_for_state("information_requested")
    page = await gateway.http.get(outcome_link(gateway, number))
    assert 'value="confirmed"' in page.text
    assert 'value="information_requested"' not in page.text
    assert (await post(gateway, outcome_link(gateway, number), YES)).is_redirect
    await gateway.env.wait_for_state("awaiting_cancellation_period")


async def test_an_answer_by_link_counts_once_beside_a_signed_call(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    far = days_ago(-30).isoformat()
    await post(gateway, outcome_link(gateway, number), YES | {"cancellation_ends_on": far})
    await gateway.env.wait_for_state("awaiting_cancellation_period")
    again = outcome(gateway, number, outcome_id="link-0")
    reused = ("refused", "outcome_id_reused")  # it leaves out the date that the link's answer named
    assert await results(gateway, again, at=ago()) == [reused]


async def test_while_the_books_are_away_a_partner_is_asked_to_come_again(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    path = outcome_link(gateway, number).removeprefix(gateway.address)
    async with second_gateway(gateway, "postgresql://a:b@127.0.0.1:1/nowhere") as http:
        shown, sent = await http.get(path), await http.post(path, data=YES)
    for page in (shown, sent):
        assert (page.status_code, page.headers["retry-after"]) == (503, "5")
        assert "We cannot answer right now" in page.text
        assert number not in page.text
