"""Rate limits of callers and tickets do not affect others."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from limits import RateLimitItem, RateLimitItemPerDay

from adapters.postgres.partners.outcome_dispatch import MAX_IN_FLIGHT
from adapters.postgres.partners.outcomes import MAX_OUTCOMES_PER_DAY
from gateway.http.rate_limits import LIMITS, LimitKind, RequestRateLimiter
from tests.support.gateway.answer_page import answer, link_with_question
from tests.support.gateway.partner_client import (
    a_ticket,
    outcome,
    outcome_link,
    results,
    send_outcomes,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import problem_of
from tests.support.polling import wait_until

Limit = Callable[[LimitKind, int], None]


@pytest.fixture
async def limit(gateway: RunningGateway) -> AsyncIterator[Limit]:
    """Set one limit to so many a day."""
    assert (
        await gateway.http.get("/healthz")
    ).status_code == 200  # the context exists after the first request
    original = gateway.app.state.context

    def set_to(kind: LimitKind, maximum: int) -> None:
        changed: dict[LimitKind, RateLimitItem] = {**LIMITS, kind: RateLimitItemPerDay(maximum)}
        gateway.app.state.context = replace(original, limits=RequestRateLimiter(changed))

    yield set_to
    gateway.app.state.context = original


@pytest.mark.parametrize(("kind", "maximum"), [("partner_calls", 2), ("partner_outcomes", 4)])
async def test_a_partner_over_its_limit_gets_a_retry_after(
    gateway: RunningGateway, limit: Limit, kind: LimitKind, maximum: int
) -> None:
    limit(kind, maximum)
    later = gateway.new_id("msg")
    strays = [{"outcome_id": "x", "number": "none", "outcome": "confirmed"}] * 2
    for _ in range(2):
        assert (await send_outcomes(gateway, strays)).status_code == 202
    refused = await send_outcomes(gateway, strays, message_id=later)
    assert problem_of(refused) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) >= 1
    assert (await send_outcomes(gateway, strays, partner_id="buchkiste")).status_code == 202
    limit(kind, 600)  # the same message with a new signature is no replay: nothing of it was stored
    assert (await send_outcomes(gateway, strays, message_id=later)).status_code == 202


async def test_a_flood_for_one_ticket_waits_and_other_tickets_continue(
    gateway: RunningGateway,
) -> None:
    flooded = await a_ticket(gateway)
    lists = [[outcome(gateway, flooded, "rejected", note="x" * 500) for _ in range(500)]] * 4
    lists = [[one | {"outcome_id": gateway.new_id("evt")} for one in many] for many in lists]
    other = await a_ticket(gateway)
    flooding = [asyncio.create_task(send_outcomes(gateway, many)) for many in lists]
    await asyncio.sleep(0.2)
    assert await results(gateway, outcome(gateway, other, "rejected")) == [("accepted", None)]
    gateway.env.number = other
    await gateway.env.wait_for_state("rejected")
    gateway.env.number = flooded
    rows = await gateway.env.rows("partner_outcomes", "sequence")
    is_stored = all(call.done() for call in flooding)
    assert not is_stored or [row for row in rows if row["code"] is None], "the flood was first"
    for call in flooding:
        assert (await call).status_code == 202
    rows = await gateway.env.rows("partner_outcomes", "sequence")
    unacknowledged = [
        row for row in rows if row["code"] == "dispatched" and row["acknowledged_at"] is None
    ]
    assert len(rows) == MAX_OUTCOMES_PER_DAY
    assert len(unacknowledged) <= MAX_IN_FLIGHT
    # No more outcomes today: refused by item, or the whole call if no item is accepted.
    late, known = outcome(gateway, flooded, "rejected"), outcome(gateway, await a_ticket(gateway))
    assert await results(gateway, [late, known]) == [
        ("refused", "too_many_outcomes"),
        ("accepted", None),
    ]
    for _ in range(2):  # nothing was stored, so it is no replay
        refused = await send_outcomes(gateway, late, message_id="msg-whole")
        assert problem_of(refused) == (429, "too_many_requests")


async def test_without_workers_few_outcomes_are_signalled_to_a_ticket(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    await gateway.env.stop_workers()
    many = [outcome(gateway, number, "information_requested", note="?") for _ in range(60)]
    await send_outcomes(gateway, many)
    await asyncio.sleep(4)
    rows = await gateway.env.rows("partner_outcomes", "sequence")
    assert len([row for row in rows if row["code"]]) == MAX_IN_FLIGHT
    await gateway.env.start_workers()
    await wait_until(
        lambda: gateway.env.rows("partner_outcomes", "sequence"),
        lambda found: all(row["acknowledged_at"] for row in found),
    )


async def test_a_member_over_the_limit_of_answers_has_to_wait_and_an_agent_has_not(
    gateway: RunningGateway, limit: Limit
) -> None:
    page = await link_with_question(gateway, "Why?")
    limit("answers", 1)
    assert (await answer(gateway, page, note__1="first")).status_code == 200
    await gateway.env.send_outcome("information_requested", questions=["And now?"])
    await gateway.env.wait_for_state("information_requested")
    accepted_updates = (await gateway.env.history_events()).count(
        "WORKFLOW_EXECUTION_UPDATE_ACCEPTED"
    )
    refused = await answer(gateway, page, note__1="second")
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "second" in refused.text
    number = gateway.env.number
    by_api = await gateway.http.post(
        f"/v1/tickets/{number}/information", json={"note": "third"}, headers=gateway.as_platform()
    )
    assert problem_of(by_api) == (429, "too_many_requests")
    events = await gateway.env.history_events()
    assert events.count("WORKFLOW_EXECUTION_UPDATE_ACCEPTED") == accepted_updates
    decided = await gateway.http.post(
        f"/v1/tickets/{number}/decision",
        json={"outcome": "rejected", "reason_code": "other"},
        headers=gateway.as_agent(),
    )
    assert decided.status_code == 200


async def test_pages_behind_links_have_a_rate(gateway: RunningGateway, limit: Limit) -> None:
    number = await a_ticket(gateway)
    limit("partner_page", 1)
    page = outcome_link(gateway, number)
    assert (await gateway.http.get(page)).status_code == 200
    again = await gateway.http.get(page)
    assert (again.status_code, again.headers["content-type"][:9]) == (429, "text/html")
    assert int(again.headers["retry-after"]) >= 1
    member = await link_with_question(gateway, "Why?")
    limit("member_page", 1)
    assert (await gateway.http.get(member)).status_code == 200
    assert (await gateway.http.get(member)).status_code == 429
