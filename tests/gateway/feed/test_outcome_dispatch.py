"""Outcomes survive: a gateway that is killed, Temporal that is away, several gateways at once."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
import pytest

from adapters.postgres.outcomes import end_turn, next_turn
from adapters.security.webhook_signatures import check_signature
from domain.errors import RequestRejected
from local.stack.ports import HOST
from tests.support.gateway import RunningGateway
from tests.support.gateway_process import gateway_process, second_gateway
from tests.support.partner_client import a_ticket, outcome, results, send_outcomes, signed_headers
from tests.support.polling import wait_until
from tests.support.tcp_proxy import TcpProxy, open_proxy
from tests.support.workflow.partner_server import SECRET
from tests.support.workflow.stored_ticket import Row

ACCEPTED = ("accepted", None)
NEW_SECRET = "whsec_" + "B" * 43 + "="
LATER = "update outcome_outbox set due_at = now(), leased_until = null"


async def kept(gateway: RunningGateway) -> list[Row]:
    """What the books keep for the ticket, in order."""
    return await gateway.env.rows("partner_outcomes", "sequence")


async def told_later(gateway: RunningGateway) -> None:
    """Let a minute pass for the rounds, and wait until they have told everything."""
    async with gateway.env.postgres.transaction() as connection:
        await connection.execute(LATER)
    await wait_until(lambda: kept(gateway), lambda rows: all(row["code"] for row in rows))


@asynccontextmanager
async def with_wire_to_temporal(
    gateway: RunningGateway,
) -> AsyncIterator[tuple[httpx.AsyncClient, TcpProxy]]:
    """Another gateway whose wire to Temporal can be cut."""
    host = os.environ["TEMPORAL_ADDRESS"]
    async with open_proxy(int(host.rpartition(":")[2])) as proxy:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("TEMPORAL_ADDRESS", f"{HOST}:{proxy.port}")
            async with second_gateway(gateway) as http:
                yield http, proxy


async def test_while_temporal_is_away_outcomes_are_accepted_and_told_later_in_order(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    first, second, third = (
        outcome(gateway, number, "information_requested", questions=["Jaka kwota?"]),
        outcome(gateway, number, "confirmed"),
        outcome(gateway, number, "order_cancelled"),
    )
    async with with_wire_to_temporal(gateway) as (http, proxy):
        proxy.cut()
        assert await results(gateway, [first, second], http=http) == [ACCEPTED, ACCEPTED]
    assert [row["code"] for row in await kept(gateway)] == [None, None]
    # Whoever comes next, tells first what came before.
    assert await results(gateway, third) == [ACCEPTED]
    assert (await gateway.env.wait_until_closed()).reason_code == "order_cancelled"
    await wait_until(
        lambda: kept(gateway), lambda rows: [row["code"] for row in rows] == ["dispatched"] * 3
    )
    ids = [one["outcome_id"] for one in (first, second, third)]
    assert [note["message_id"] for note in await gateway.env.message_log()] == ids


async def test_what_temporal_missed_is_told_by_the_sweeper(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    async with with_wire_to_temporal(gateway) as (http, proxy):
        proxy.cut()
        assert await results(gateway, outcome(gateway, number, "rejected"), http=http) == [ACCEPTED]
    assert (await gateway.env.row())["state"] == "sent_to_partner"
    await told_later(gateway)
    assert (await gateway.env.wait_until_closed()).state == "rejected"


async def test_a_gateway_killed_between_keeping_and_telling_loses_nothing(
    gateway: RunningGateway,
) -> None:
    """A real process, a real SIGKILL: its Temporal takes the connection and never answers."""
    number = await a_ticket(gateway)
    told = [outcome(gateway, number, "information_requested", note="Jaka kwota?")]
    told.append(outcome(gateway, number, "rejected", reason_code="order_not_found"))
    with socket.create_server((HOST, 0)) as silence:
        temporal = f"{HOST}:{silence.getsockname()[1]}"
        async with gateway_process(gateway, temporal) as (process, http):
            sending = asyncio.create_task(send_outcomes(gateway, told, http=http))
            rows = await wait_until(lambda: kept(gateway), lambda rows: len(rows) == 2)
            process.send_signal(signal.SIGKILL)
            with pytest.raises(httpx.TransportError):
                await sending
    assert [row["code"] for row in rows] == [None, None]
    await told_later(gateway)
    assert (await gateway.env.wait_until_closed()).reason_code == "order_not_found"
    assert [note["code"] for note in await gateway.env.message_log()] == ["applied", "applied"]


async def test_nobody_overtakes_an_outcome_that_is_being_told(gateway: RunningGateway) -> None:
    """While one process tells a ticket something, what comes next for it waits for its turn."""
    number = await a_ticket(gateway)
    context = gateway.app.state.context
    async with with_wire_to_temporal(gateway) as (http, proxy):
        proxy.cut()
        await results(gateway, outcome(gateway, number, "confirmed"), http=http)
    mine = await next_turn(context.postgres, [number])
    (position,) = mine.outcomes
    assert await results(gateway, outcome(gateway, number, "order_cancelled")) == [ACCEPTED]
    assert [row["code"] for row in await kept(gateway)] == [None, None]
    await gateway.env.signal("partner_outcome", mine.outcomes[position].model_dump(mode="json"))
    mine.codes[position] = "dispatched"
    await end_turn(context.postgres, mine)
    assert (await gateway.env.wait_until_closed()).reason_code == "order_cancelled"
    assert [note["code"] for note in await gateway.env.message_log()] == ["applied", "applied"]


async def test_a_secret_rotates_without_a_gap(gateway: RunningGateway) -> None:
    body = b"[]"
    rotating = {"TICKETS_PARTNER_SECRET_VELOTEL": f"{NEW_SECRET} {SECRET}"}
    async with second_gateway(gateway, **rotating) as http:

        async def status(secret: str, partner_id: str = "velotel") -> int:
            headers: Mapping[str, str] = signed_headers(body, gateway.new_id("msg"), secret)
            address = f"/v1/partners/{partner_id}/outcomes"
            return (await http.post(address, content=body, headers=headers)).status_code

        assert [await status(NEW_SECRET), await status(SECRET)] == [202, 202]
        assert await status(NEW_SECRET, "buchkiste") == 401


def test_a_message_may_carry_signatures_of_several_secrets() -> None:
    old, new = signed_headers(b"{}", "m-1", SECRET), signed_headers(b"{}", "m-1", NEW_SECRET)
    both = old | {"webhook-signature": f"{new['webhook-signature']} {old['webhook-signature']}"}
    for headers in (both, old):
        assert check_signature(b"{}", headers, [SECRET]).message_id == "m-1"
    with pytest.raises(RequestRejected, match="unauthorised"):
        check_signature(b"{}", old, [NEW_SECRET])
