"""Pages of a ticket's messages."""

from adapters.postgres.agents.ticket_detail import MESSAGES_PAGE_SIZE
from domain.values.ticket_number import derive_number
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.gateway.tickets import a_sent_ticket, problem_of
from tests.support.polling import wait_until


async def test_a_ticket_shows_one_page_of_messages_and_links_to_the_earlier_ones(
    gateway: RunningGateway,
) -> None:
    number = await a_sent_ticket(gateway)
    strays = 2 * MESSAGES_PAGE_SIZE + 3
    for index in range(strays):
        await gateway.env.signal("noise", {"index": index})
    await wait_until(gateway.env.message_log, lambda entries: len(entries) == strays)
    agent = gateway.as_agent()
    whole = (await gateway.http.get(f"/v1/tickets/{number}", headers=agent)).json()
    assert len(whole["messages"]) == MESSAGES_PAGE_SIZE
    assert whole["messages_left_out"] == 0
    seen, before = len(whole["messages"]), whole["messages_before"]
    while before:
        address = f"/v1/tickets/{number}/messages"
        page = (await gateway.http.get(address, params={"before": before}, headers=agent)).json()
        seen, before = seen + len(page["messages"]), page["next"]
    assert seen == strays
    wrong = await gateway.http.get(address, params={"before": "x"}, headers=agent)
    assert problem_of(wrong) == (422, "malformed")


async def test_an_unknown_number_has_no_messages(gateway: RunningGateway) -> None:
    path = f"/v1/tickets/{derive_number('acc-of-nobody', 'key')}/messages"
    answer = await gateway.http.get(path, headers=gateway.as_agent())
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_ticket")
