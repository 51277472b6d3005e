"""Outcomes survive a killed gateway, an outage of Temporal, and several gateways at once."""

import asyncio
import signal
import socket

import httpx
import pytest

from adapters.postgres.partners.outcome_dispatch import lease_pending_outcomes, release_outcomes
from local.stack.ports import HOST
from tests.gateway.feed.outcomes.dispatch import dispatch_later, gateway_with_proxy, stored_outcomes
from tests.support.gateway.partner_client import a_ticket, outcome, results, send_outcomes
from tests.support.gateway.processes import gateway_process
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until

ACCEPTED = ("accepted", None)


async def test_while_temporal_is_unavailable_outcomes_are_accepted_and_dispatched_later_in_order(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    first, second, third = (
        outcome(gateway, number, "information_requested", questions=["Jaka kwota?"]),
        outcome(gateway, number, "confirmed"),
        outcome(gateway, number, "order_cancelled"),
    )
    async with gateway_with_proxy(gateway) as (http, proxy):
        proxy.cut()
        assert await results(gateway, [first, second], http=http) == [ACCEPTED, ACCEPTED]
    assert [row["code"] for row in await stored_outcomes(gateway)] == [None, None]
    # The next call dispatches earlier outcomes first.
    assert await results(gateway, third) == [ACCEPTED]
    assert (await gateway.env.wait_until_closed()).reason_code == "order_cancelled"
    await wait_until(
        lambda: stored_outcomes(gateway),
        lambda rows: [row["code"] for row in rows] == ["dispatched"] * 3,
    )
    ids = [one["outcome_id"] for one in (first, second, third)]
    assert [entry["message_id"] for entry in await gateway.env.message_log()] == ids


async def test_the_sweeper_signals_outcomes_that_temporal_missed(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    async with gateway_with_proxy(gateway) as (http, proxy):
        proxy.cut()
        assert await results(gateway, outcome(gateway, number, "rejected"), http=http) == [ACCEPTED]
    assert (await gateway.env.row())["state"] == "sent_to_partner"
    await dispatch_later(gateway)
    assert (await gateway.env.wait_until_closed()).state == "rejected"


async def test_a_gateway_killed_between_storing_and_signalling_loses_nothing(
    gateway: RunningGateway,
) -> None:
    """A real process and a real SIGKILL; its Temporal accepts connections and never responds."""
    number = await a_ticket(gateway)
    payload = [outcome(gateway, number, "information_requested", note="Jaka kwota?")]
    payload.append(outcome(gateway, number, "rejected", reason_code="order_not_found"))
    with socket.create_server((HOST, 0)) as unresponsive:
        temporal = f"{HOST}:{unresponsive.getsockname()[1]}"
        async with gateway_process(gateway, temporal) as (process, http):
            sending = asyncio.create_task(send_outcomes(gateway, payload, http=http))
            rows = await wait_until(lambda: stored_outcomes(gateway), lambda rows: len(rows) == 2)
            process.send_signal(signal.SIGKILL)
            with pytest.raises(httpx.TransportError):
                await sending
    assert [row["code"] for row in rows] == [None, None]
    await dispatch_later(gateway)
    assert (await gateway.env.wait_until_closed()).reason_code == "order_not_found"
    assert [entry["code"] for entry in await gateway.env.message_log()] == ["applied", "applied"]


async def test_no_outcome_overtakes_one_that_is_being_dispatched(gateway: RunningGateway) -> None:
    """While one process dispatches a ticket's outcome, later ones for the ticket wait."""
    number = await a_ticket(gateway)
    context = gateway.app.state.context
    async with gateway_with_proxy(gateway) as (http, proxy):
        proxy.cut()
        await results(gateway, outcome(gateway, number, "confirmed"), http=http)
    mine = await lease_pending_outcomes(context.database, [number])
    (position,) = mine.outcomes
    assert await results(gateway, outcome(gateway, number, "order_cancelled")) == [ACCEPTED]
    assert [row["code"] for row in await stored_outcomes(gateway)] == [None, None]
    await gateway.env.signal("partner_outcome", mine.outcomes[position].model_dump(mode="json"))
    mine.codes[position] = "dispatched"
    await release_outcomes(context.database, mine)
    assert (await gateway.env.wait_until_closed()).reason_code == "order_cancelled"
    assert [entry["code"] for entry in await gateway.env.message_log()] == ["applied", "applied"]
