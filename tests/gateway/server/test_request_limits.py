"""What one caller may do, and what one ticket takes, has an end; others notice nothing of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from limits import RateLimitItem, RateLimitItemPerDay

from adapters.postgres.outcomes import IN_FLIGHT, MOST_A_DAY
from adapters.postgres.ticket_queries import MESSAGES_A_PAGE
from domain.values.ticket_number import derive_number
from gateway.http.rate_limits import LIMITS, LimitKind, RequestRateLimiter
from tests.gateway.pages.test_answer import answer, asked
from tests.support.environment import wait_until
from tests.support.gateway import Front
from tests.support.partner_client import a_ticket, link, outcome, results, send
from tests.support.tickets import a_sent_ticket, told

Limit = Callable[[LimitKind, int], None]


@pytest.fixture
async def limit(front: Front) -> AsyncIterator[Limit]:
    """Sets one limit to so many a day."""
    assert (await front.http.get("/healthz")).status_code == 200  # its parts are there
    usual = front.app.state.context

    def set_to(kind: LimitKind, most: int) -> None:
        changed: dict[LimitKind, RateLimitItem] = {**LIMITS, kind: RateLimitItemPerDay(most)}
        front.app.state.context = replace(usual, limits=RequestRateLimiter(changed))

    yield set_to
    front.app.state.context = usual


@pytest.mark.parametrize(("kind", "most"), [("partner_calls", 2), ("partner_outcomes", 4)])
async def test_a_partner_over_its_limit_is_told_when_to_come_back(
    front: Front, limit: Limit, kind: LimitKind, most: int
) -> None:
    limit(kind, most)
    later = front.new_id("msg")
    strays = [{"outcome_id": "x", "number": "none", "outcome": "confirmed"}] * 2
    for _ in range(2):
        assert (await send(front, strays)).status_code == 202
    refused = await send(front, strays, message_id=later)
    assert told(refused) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) >= 1
    assert (await send(front, strays, partner_id="buchkiste")).status_code == 202
    limit(kind, 600)  # the same message later, signed anew, is no replay: nothing of it was kept
    assert (await send(front, strays, message_id=later)).status_code == 202


async def test_a_flood_about_one_ticket_waits_and_what_is_about_another_moves(
    front: Front,
) -> None:
    flooded = await a_ticket(front)
    lists = [[outcome(front, flooded, "rejected", note="x" * 500) for _ in range(500)]] * 4
    lists = [[one | {"outcome_id": front.new_id("evt")} for one in many] for many in lists]
    other = await a_ticket(front)
    flooding = [asyncio.create_task(send(front, many)) for many in lists]
    await asyncio.sleep(0.2)
    started = time.monotonic()
    assert await results(front, outcome(front, other, "rejected")) == [("accepted", None)]
    front.env.number = other
    await front.env.wait_for_state("rejected")
    assert time.monotonic() - started < 5
    for call in flooding:
        assert (await call).status_code == 202
    front.env.number = flooded
    rows = await front.env.rows("partner_outcomes", "sequence")
    waiting = [
        row for row in rows if row["code"] == "dispatched" and row["acknowledged_at"] is None
    ]
    assert len(rows) == MOST_A_DAY
    assert len(waiting) <= IN_FLIGHT
    # It has no room for more today: told by item, and as a whole where nothing of a call had room.
    late, known = outcome(front, flooded, "rejected"), outcome(front, await a_ticket(front))
    assert await results(front, [late, known]) == [
        ("refused", "too_many_outcomes"),
        ("accepted", None),
    ]
    for _ in range(2):  # nothing was kept, so it is no replay
        refused = await send(front, late, message_id="msg-whole")
        assert told(refused) == (429, "too_many_requests")


async def test_while_no_worker_works_a_ticket_is_signalled_few_outcomes(front: Front) -> None:
    number = await a_ticket(front)
    await front.env.stop_workers()
    many = [outcome(front, number, "information_requested", note="?") for _ in range(60)]
    await send(front, many)
    await asyncio.sleep(4)
    rows = await front.env.rows("partner_outcomes", "sequence")
    assert len([row for row in rows if row["code"]]) == IN_FLIGHT
    await front.env.start_workers()
    await wait_until(
        lambda: front.env.rows("partner_outcomes", "sequence"),
        lambda found: all(row["acknowledged_at"] for row in found),
    )


async def test_a_member_who_keeps_answering_is_told_to_wait_and_an_agent_gets_through(
    front: Front, limit: Limit
) -> None:
    page = await asked(front, "Why?")
    limit("answers", 1)
    assert (await answer(front, page, note__1="first")).status_code == 200
    await front.env.send_outcome("information_requested", questions=["And now?"])
    await front.env.wait_for_state("information_requested")
    heard = (await front.env.history_events()).count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED")
    refused = await answer(front, page, note__1="second")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "second" in refused.text
    number = front.env.number
    by_api = await front.http.post(
        f"/v1/tickets/{number}/information", json={"note": "third"}, headers=front.as_platform()
    )
    assert told(by_api) == (429, "too_many_requests")
    events = await front.env.history_events()
    assert events.count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED") == heard
    decided = await front.http.post(
        f"/v1/tickets/{number}/decision",
        json={"outcome": "rejected", "reason_code": "other"},
        headers=front.as_agent(),
    )
    assert decided.status_code == 200


async def test_pages_behind_links_have_a_rate(front: Front, limit: Limit) -> None:
    number = await a_ticket(front)
    limit("partner_page", 1)
    page = link(front, number)
    assert (await front.http.get(page)).status_code == 200
    again = await front.http.get(page)
    assert (again.status_code, again.headers["content-type"][:9]) == (429, "text/html")
    assert int(again.headers["retry-after"]) >= 1
    member = await asked(front, "Why?")
    limit("member_page", 1)
    assert (await front.http.get(member)).status_code == 200
    assert (await front.http.get(member)).status_code == 429


async def test_a_tickets_page_ends_and_leads_on(front: Front) -> None:
    number = await a_sent_ticket(front)
    strays = 2 * MESSAGES_A_PAGE + 3
    for place in range(strays):
        await front.env.signal("noise", {"place": place})
    await wait_until(front.env.message_log, lambda notes: len(notes) == strays)
    agent = front.as_agent()
    whole = (await front.http.get(f"/v1/tickets/{number}", headers=agent)).json()
    assert len(whole["messages"]) == MESSAGES_A_PAGE
    assert whole["messages_left_out"] == 0
    seen, before = len(whole["messages"]), whole["messages_before"]
    while before:
        address = f"/v1/tickets/{number}/messages"
        page = (await front.http.get(address, params={"before": before}, headers=agent)).json()
        seen, before = seen + len(page["messages"]), page["next"]
    assert seen == strays
    wrong = await front.http.get(address, params={"before": "x"}, headers=agent)
    assert told(wrong) == (422, "malformed")


async def test_a_number_that_no_ticket_has_has_no_messages(front: Front) -> None:
    where = f"/v1/tickets/{derive_number('acc-of-nobody', 'key')}/messages"
    answer = await front.http.get(where, headers=front.as_agent())
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_ticket")
