"""The simulated partners: which claims they accept, how they fail, and when they send outcomes."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack.ports import HOST, free_ports
from local.stack.profiles import generate_secret
from tests.support.servers.simulators import CLAIM, DEADLINE, NUMBER, Caller, Gateway, running

ROOT = Path(__file__).resolve().parents[3]
CONFIRMED = {"outcome": "confirmed"}


@pytest.fixture
def gateway() -> Gateway:
    """A gateway that records the simulator's messages."""
    return Gateway()


@pytest.fixture
async def partner(gateway: Gateway) -> AsyncIterator[Caller]:
    """The partner `velotel`."""
    async with running(gateway) as caller:
        yield caller


async def test_without_a_script_a_claim_is_accepted_and_confirmed(
    partner: Caller, gateway: Gateway
) -> None:
    answer = await partner.deliver()
    assert answer.status_code == 200
    assert answer.json() == {"reference": f"velotel-{NUMBER}"}
    outcome = await gateway.next()
    assert outcome["outcome"] == "confirmed"
    assert outcome["reward"] is None
    assert (outcome["number"], outcome["partner_id"]) == (NUMBER, "velotel")
    assert datetime.fromisoformat(outcome["occurred_at"]).tzinfo is not None


async def test_a_call_without_our_signature_is_refused_and_not_stored(partner: Caller) -> None:
    assert (await partner.deliver(secret=generate_secret())).status_code == 401
    assert (await partner.client.post("/velotel/claims", json={})).status_code == 401
    malformed = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "no comma"}
    answer = await partner.client.post("/velotel/claims", json={}, headers=malformed)
    assert answer.status_code == 401
    assert (await partner.client.post("/nobody/claims", json={})).status_code == 404
    assert (await partner.client.get("/claims.json")).json() == []


async def test_a_known_key_is_answered_409_and_counted(partner: Caller) -> None:
    await partner.script("ok_with_reference")
    assert [(await partner.deliver()).status_code for _ in range(3)] == [200, 409, 409]
    claim = await partner.claim()
    assert (claim["times"], claim["repeated"]) == (3, 2)
    assert (claim["keys"], claim["claim"]) == ([f"{NUMBER}-claim"], CLAIM)


async def test_another_purpose_of_the_same_claim_has_another_key(partner: Caller) -> None:
    await partner.script("ok")
    assert (await partner.deliver("first")).status_code == 200
    assert (await partner.deliver("again")).status_code == 200
    assert (await partner.claim())["keys"] == ["first", "again"]


async def test_delivery_steps_follow_each_other_and_the_last_one_repeats(
    partner: Caller, gateway: Gateway
) -> None:
    steps = ("fail:503", "throttle:7", "refuse:422", "close", "ok")
    await partner.script(*steps, answers=[{"outcome": CONFIRMED}])
    assert (await partner.deliver()).status_code == 503
    throttled = await partner.deliver()
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "7")
    assert (await partner.deliver()).status_code == 422
    with pytest.raises(httpx.TransportError):
        await partner.deliver()
    assert gateway.received.empty()
    assert (await partner.deliver()).status_code == 200
    assert (await partner.deliver("next")).status_code == 200
    assert (await gateway.next())["outcome"] == "confirmed"


async def test_a_partner_with_a_malformed_response_has_received_the_claim(
    partner: Caller, gateway: Gateway
) -> None:
    await partner.script("garbage", answers=[{"outcome": CONFIRMED}])
    garbage = await partner.deliver()
    assert garbage.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        garbage.json()
    assert (await gateway.next())["outcome"] == "confirmed"
    assert (await partner.deliver()).status_code == 409


async def test_a_slow_partner_receives_the_claim_before_it_responds(partner: Caller) -> None:
    await partner.script("slow:3600")
    with pytest.raises(httpx.ReadTimeout):
        await partner.deliver(timeout_seconds=0.5)
    assert (await partner.deliver()).status_code == 409


async def test_outcomes_are_sent_in_the_order_of_their_times_and_as_often_as_scripted(
    partner: Caller, gateway: Gateway
) -> None:
    rejected = {"outcome": "rejected", "reason_code": "order_not_found", "outcome_id": "evt-9"}
    late = {"after": 0.2, "outcome": rejected, "times": 2}
    await partner.script(answers=[late, {"outcome": {"outcome": "information_requested"}}])
    await partner.deliver()
    first, second, third = [await gateway.next() for _ in range(3)]
    assert (first["outcome"], first["outcome_id"]) == ("information_requested", f"{NUMBER}-1")
    assert second["reason_code"] == "order_not_found"
    assert second["outcome_id"] == third["outcome_id"] == "evt-9"


async def test_an_outcome_can_be_sent_before_the_acknowledgement(
    partner: Caller, gateway: Gateway
) -> None:
    await partner.script(answers=[{"outcome": CONFIRMED, "before_acknowledgement": True}])
    await partner.deliver()
    assert json.loads(gateway.received.get_nowait()[2])["outcome"] == "confirmed"
    assert [one["result"] for one in (await partner.claim())["answers"]] == ["sent"]


async def test_a_malformed_outcome_is_sent_unchanged_and_not_repeated_after_a_refusal(
    partner: Caller, gateway: Gateway
) -> None:
    gateway.statuses = [422]
    await partner.script(answers=[{"raw": "{no json"}, {"after": 0.1, "outcome": CONFIRMED}])
    await partner.deliver()
    _, _, body = await asyncio.wait_for(gateway.received.get(), DEADLINE)
    assert body == b"{no json"
    assert (await gateway.next())["outcome"] == "confirmed"
    assert await wait_for_results(partner, 2) == ["refused:422", "sent"]


async def wait_for_results(partner: Caller, times: int) -> list[str]:
    """Return the results of the answers, once `times` of them have one."""
    async with asyncio.timeout(DEADLINE):
        while True:
            results = [one["result"] for one in (await partner.claim())["answers"]]
            if len([result for result in results if result]) == times:
                return results
            await asyncio.sleep(0.01)


async def test_a_message_that_was_accepted_before_counts_as_sent(
    partner: Caller, gateway: Gateway
) -> None:
    gateway.statuses = [409]
    await partner.script(answers=[{"outcome": CONFIRMED}])
    await partner.deliver()
    assert await wait_for_results(partner, 1) == ["sent"]


async def test_an_outcome_is_sent_again_while_the_gateway_is_unavailable() -> None:
    """The same message under the same id, with a new signature."""
    gateway = Gateway(failures=2)
    async with running(gateway) as partner:
        await partner.script(answers=[{"outcome": CONFIRMED}])
        await partner.deliver()
        assert (await gateway.next())["outcome"] == "confirmed"
    assert len(gateway.ids) == 3
    assert len(set(gateway.ids)) == 1


async def test_keys_scripts_and_answers_survive_a_restart(tmp_path: Path) -> None:
    """And outcomes that could not be sent, because the gateway was unreachable."""
    gateway = Gateway()
    async with running(None, tmp_path / "state.db") as partner:
        await partner.script("fail:500", "ok", answers=[{"outcome": CONFIRMED}])
        assert (await partner.deliver()).status_code == 500
        assert (await partner.deliver()).status_code == 200
    async with running(gateway, tmp_path / "state.db") as partner:
        assert (await gateway.next())["outcome"] == "confirmed"
        assert (await partner.deliver()).status_code == 409
        assert (await partner.claim())["times"] == 3


@pytest.mark.parametrize(
    ("mode", "status"), [("down", 503), ("throttle:5", 429), ("garbage", 200), ("slow:0", 200)]
)
async def test_a_mode_overrides_every_script_until_it_is_reset(
    partner: Caller, mode: str, status: int
) -> None:
    await partner.script("refuse:418")
    await partner.client.put("/behaviour/velotel", json={"mode": mode})
    assert (await partner.deliver("one")).status_code == status
    await partner.client.put("/behaviour/velotel", json={"mode": "ok"})
    assert (await partner.deliver("two")).status_code == 418


@pytest.mark.parametrize(
    ("script", "field"),
    [
        ({"delivery": ["ok", "explode"]}, "delivery.1"),
        ({"delivery": ["slow"]}, "delivery.0"),
        ({"delivery": ["ok:3"]}, "delivery.0"),
        ({"delivery": ["fail:200"]}, "delivery.0"),
        ({"delivery": []}, "delivery"),
        ({"answers": [{"after": -1, "outcome": {}}]}, "answers.0.after"),
        ({"answers": [{"after": 1}]}, "answers.0"),
        ({"deliveries": []}, "deliveries"),
    ],
)
async def test_a_malformed_script_is_refused_by_field(
    partner: Caller, script: dict[str, Any], field: str
) -> None:
    answer = await partner.client.put(f"/scripts/{NUMBER}", json=script)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert error["expected"]


async def test_an_unknown_mode_is_refused_with_the_known_ones(partner: Caller) -> None:
    answer = await partner.client.put("/behaviour/velotel", json={"mode": "fail:500"})
    assert answer.status_code == 422
    assert "throttle:<seconds>" in answer.json()["errors"][0]["expected"]


async def test_the_program_ends_promptly_and_silently_at_sigterm(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    options = ["--port", str(port), "--partners", str(tmp_path), "--state", str(tmp_path / "s.db")]
    options += ["--gateway", f"http://{HOST}:1"]
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.partner_simulator.app", *options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    caller = Caller(port)
    async with asyncio.timeout(DEADLINE):
        while True:
            with contextlib.suppress(httpx.TransportError):
                assert (await caller.client.get("/claims.json")).json() == []
                break
            await asyncio.sleep(0.02)
    await caller.client.aclose()
    program.send_signal(signal.SIGTERM)
    output, _ = await asyncio.wait_for(program.communicate(), DEADLINE)
    assert (program.returncode, output) == (0, b"")
