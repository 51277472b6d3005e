"""Messages that arrive twice: replays, and retries of the partner."""

import asyncio
import json

from tests.gateway.feed.outcomes.values import ADDRESS, DUPLICATE, UNKNOWN
from tests.support.gateway.partner_client import (
    a_ticket,
    ago,
    outcome,
    results,
    send_outcomes,
    signed_headers,
)
from tests.support.gateway.running_gateway import RunningGateway


async def test_the_same_message_again_is_a_replay_and_changes_nothing(
    gateway: RunningGateway,
) -> None:
    number = await a_ticket(gateway)
    payload, message_id, at = outcome(gateway, number), gateway.new_id("msg"), ago(seconds=30)
    assert (await send_outcomes(gateway, payload, message_id=message_id, at=at)).status_code == 202
    for moment in (at, ago(seconds=90)):
        again = await send_outcomes(gateway, payload, message_id=message_id, at=moment)
        assert (again.status_code, again.json()["code"]) == (409, "replayed_message")
    fraction = json.dumps(payload).encode()
    headers = signed_headers(fraction, message_id, at=at)
    headers["webhook-timestamp"] += ".5"  # the package would take it for a later time
    assert (await gateway.http.post(ADDRESS, content=fraction, headers=headers)).status_code == 401
    assert len(await gateway.env.rows("partner_outcomes", "sequence")) == 1


async def test_the_partners_own_retry_gets_the_same_results(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    same = outcome(gateway, number)
    payload, message_id = [same, same, outcome(gateway, UNKNOWN)], gateway.new_id("msg")
    first = await send_outcomes(gateway, payload, message_id=message_id, at=ago(seconds=60))
    again = await send_outcomes(gateway, payload, message_id=message_id, at=ago(seconds=30))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    statuses = [one["status"] for one in first.json()["results"]]
    assert statuses == ["accepted", "duplicate", "refused"]
    assert await results(gateway, same) == [DUPLICATE]
    await gateway.env.wait_for_state("awaiting_cancellation_period")
    assert [entry["code"] for entry in await gateway.env.message_log()] == ["applied"]


async def test_of_many_equal_concurrent_messages_one_is_accepted(gateway: RunningGateway) -> None:
    number = await a_ticket(gateway)
    payload, message_id, at = outcome(gateway, number), gateway.new_id("msg"), ago()
    sent = [send_outcomes(gateway, payload, message_id=message_id, at=at) for _ in range(20)]
    codes = sorted(answer.status_code for answer in await asyncio.gather(*sent))
    assert codes == [202] + [409] * 19
