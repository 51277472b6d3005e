"""The local stack's partners respond as real ones do: by signed calls, and by their links."""

from typing import Any

import httpx
import pytest

from local.partner_simulator.app import PartnerSimulator
from local.partner_simulator.link_client import LinkFailed, submit_outcome
from local.partner_simulator.outcome_sender import OutcomeClient
from local.partner_simulator.scripts import Script, ScriptedOutcome
from local.partner_simulator.store import PartnerStore, ReceivedDelivery
from tests.support.gateway.partner_client import a_ticket, outcome_link
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.polling import wait_until
from tests.support.workflow.claims import days_ago
from tests.support.workflow.partner_server import SECRET


async def test_a_simulated_partners_outcomes_arrive_through_the_api(
    gateway: RunningGateway,
) -> None:
    """Malformed messages and another partner's name are refused; the right outcome is accepted."""
    number = await a_ticket(gateway)
    store = PartnerStore(":memory:")
    simulator = PartnerSimulator({}, store, OutcomeClient(gateway.address, {"velotel": SECRET}))
    scripted = [
        ScriptedOutcome(raw='{"outcome": "confirmed", '),
        ScriptedOutcome(outcome={"outcome": "rejected", "partner_id": "buchkiste"}),
        ScriptedOutcome(outcome={"outcome": "rejected", "reason_code": "order_not_found"}, times=2),
    ]
    store.set_script(number, Script(answers=scripted))
    delivery = ReceivedDelivery("velotel", number, f"{number}-claim", '{"claim": {}}')
    store.receive(delivery)
    store.accept(delivery)

    async def results() -> list[str | None]:
        (claim,) = store.claims()
        return [one["result"] for one in claim["answers"]]

    async with simulator.answering():
        found = await wait_until(results, all)
    store.close()
    assert found == ["refused:422", "sent", "sent", "sent"]
    assert (await gateway.env.wait_until_closed()).reason_code == "order_not_found"
    stored = await gateway.env.rows("partner_outcomes", "sequence")
    assert [row["outcome_id"] for row in stored] == [f"{number}-2"]


@pytest.fixture
async def link_client(gateway: RunningGateway) -> Any:
    """Return a client that stores no cookies and follows no redirects."""
    async with httpx.AsyncClient(base_url=gateway.address, trust_env=False) as http:
        yield http


async def test_an_email_partner_answers_by_its_link(
    gateway: RunningGateway, link_client: httpx.AsyncClient
) -> None:
    number = await a_ticket(gateway)
    address = outcome_link(gateway, number)
    question = {"outcome": "information_requested", "questions": ["Jaka kwota?"], "note": None}
    assert await submit_outcome(link_client, address, question)
    await gateway.env.wait_for_state("information_requested")
    assert not await submit_outcome(link_client, address, question)
    await gateway.env.send_update("provide_information", actor="member", note="40")
    await gateway.env.wait_for_state("sent_to_partner")
    confirmed = {
        "outcome": "confirmed",
        "activated_on": days_ago(90).isoformat(),
        "reward": {"amount": "41.50", "currency": "PLN"},
    }
    assert await submit_outcome(link_client, address, confirmed)
    granted = (await gateway.env.wait_until_closed()).granted_amount
    assert granted
    assert str(granted.amount) == "41.50"
    with pytest.raises(LinkFailed, match="403"):
        await submit_outcome(link_client, address + "x", confirmed)
