"""Pages and calls about tickets whose stored content every later check would refuse."""

from tests.support.browser_client import Member, MemberBrowser
from tests.support.gateway.agent_browser import signed_in_agent
from tests.support.gateway.answer_page import answer, link_with_question, open_page
from tests.support.gateway.partner_client import a_ticket, outcome, outcome_link, results
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.stricter_checks import stricter_checks


async def test_everything_about_a_ticket_is_shown_under_stricter_checks(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    """Agents, the partner and the member see it, and go on with it."""
    link = await link_with_question(gateway, "order_number", "When?")
    asked, sent, member = gateway.env.number, await a_ticket(gateway), Member(gateway)
    choice = await member.link("velotel", 30)
    await member_browser.sign_in(member)
    with stricter_checks():
        async with signed_in_agent(gateway) as agent:
            for path in ("", "?q=velotel", f"/tickets/{asked}", f"/tickets/{sent}"):
                assert (await agent.get(f"/desk{path}")).status_code in (200, 303)
        detail = await gateway.http.get(f"/v1/tickets/{asked}", headers=gateway.as_agent())
        assert detail.status_code == 200
        assert (await open_page(gateway, link)).status_code == 200
        answered = await answer(gateway, link, answer__order_number="VT-2231-9", note__1="Friday")
        assert answered.status_code == 200
        assert (await gateway.http.get(outcome_link(gateway, sent))).status_code == 200
        assert await results(gateway, outcome(gateway, sent)) == [("accepted", None)]
        form = await member_browser.open_form(choice)
        assert form.status_code == 200
