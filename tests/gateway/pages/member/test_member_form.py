"""The member's form over HTTP: access, repeated submissions, and unavailable dependencies."""

import asyncio

from tests.support.browser_client import (
    DAY,
    ORDER,
    Member,
    MemberBrowser,
    OpenedForm,
    numbers_in,
    token_in,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago


async def test_no_member_sees_or_uses_the_data_of_another(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    member, other = Member(gateway), Member(gateway)
    choice = await member.link("velotel", 30)
    await other.link("velotel", 30)
    async with MemberBrowser(gateway) as theirs:
        await theirs.sign_in(member)
        form = await theirs.open_form(choice)
        confirmation = await theirs.send_form(form, member)
        (number,) = set(numbers_in(confirmation.text))
    await member_browser.sign_in(other)
    for address in (str(confirmation.url), str(form.url)):
        seen = await member_browser.get(address)
        assert seen.url.path in ("/form", "/form/missing_cashback")
        assert number not in seen.text
        assert choice not in seen.text
    own = await member_browser.open_form(await other.link("velotel", 25))
    stolen = str(own.url.copy_set_param("choice", choice))
    entries = other.entries() | {"csrf_token": token_in(own)}
    assert (await member_browser.post(stolen, data=entries)).url.path == "/form/missing_cashback"
    assert await other.tickets() == []


async def test_twenty_concurrent_submissions_are_one_ticket_with_the_same_confirmation(
    gateway: RunningGateway, member_browser: MemberBrowser, opened_form: OpenedForm
) -> None:
    """R25: the form's key makes them one."""
    member, form = opened_form
    answers = await asyncio.gather(*(member_browser.send_form(form, member) for _ in range(20)))
    (number,) = {tuple(set(numbers_in(answer.text))) for answer in answers}
    assert await member.tickets() == [*number]
    gateway.env.number = number[0]
    await gateway.env.wait_for_state("sent_to_partner")
    await gateway.env.wait_for_emails("confirmation")


async def test_a_submitted_form_is_not_accepted_again_with_other_entries(
    member_browser: MemberBrowser, opened_form: OpenedForm
) -> None:
    member, form = opened_form
    first = await member_browser.send_form(form, member)
    second = await member_browser.send_form(form, member, **{ORDER: "VT-0001-1"})
    assert set(numbers_in(second.text)) == set(numbers_in(first.text))
    assert "was already sent" in second.text
    assert len(await member.tickets()) == 1


async def test_a_refused_form_can_be_corrected_and_sent_twice(
    member_browser: MemberBrowser, opened_form: OpenedForm
) -> None:
    """The refusal uses up the form's key; the corrected claim gets another."""
    member, form = opened_form
    refusal = await member_browser.send_form(form, member, **{DAY: days_ago(0).isoformat()})
    assert "No support ticket was created" in refusal.text
    answers = [await member_browser.send_form(form, member) for _ in range(2)]
    assert [answer.url.path for answer in answers] == ["/form/result"] * 2
    assert numbers_in(answers[0].text) == numbers_in(answers[1].text)
    assert len(await member.tickets()) == 1
