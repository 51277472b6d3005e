"""Errors of the member's form, shown at their fields (R9, R22, R23)."""

import pytest

from tests.support.browser_client import (
    DAY,
    ORDER,
    Member,
    MemberBrowser,
    OpenedForm,
    numbers_in,
)
from tests.support.gateway.running_gateway import RunningGateway
from tests.support.workflow.claims import days_ago


async def test_an_order_older_than_its_link_is_reported_at_its_date_with_other_errors(
    member_browser: MemberBrowser, opened_form: OpenedForm
) -> None:
    """R15, R16: all at once, and nothing is filed."""
    member, form = opened_form
    wrong = {DAY: days_ago(40).isoformat(), ORDER: ""}
    answer = await member_browser.send_form(form, member, **wrong)
    assert answer.status_code == 422
    assert "The order can&#39;t be before the link" in answer.text
    assert f'id="{ORDER}-error"' in answer.text
    assert await member.tickets() == []


async def test_a_late_claim_is_refused_before_anything_else_is_requested(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    """R35, R36: with the last day, and a way to correct the date."""
    member = Member(gateway)
    choice = await member.link("velotel", 200)
    await member_browser.sign_in(member)
    form = await member_browser.open_form(choice)
    answer = await member_browser.send_form(form, member, **{DAY: days_ago(190).isoformat()})
    assert "The last day was" in answer.text
    assert 'name="back"' in answer.text
    assert await member.tickets() == []


@pytest.mark.parametrize("time", ["25:00", "noon", "14.3", "1430", "\x00", "9" * 5000])
async def test_an_invalid_time_is_reported_at_its_field(
    member_browser: MemberBrowser, opened_form: OpenedForm, time: str
) -> None:
    member, form = opened_form
    answer = await member_browser.send_form(form, member, ordered_time=time)
    assert answer.status_code == 422
    assert 'id="ordered_time-error"' in answer.text


@pytest.mark.parametrize("time", ["23:30", "23.30"])
async def test_the_time_of_the_order_counts_where_the_partner_counts_hours(
    gateway: RunningGateway, member_browser: MemberBrowser, opened_form: OpenedForm, time: str
) -> None:
    """R9: in the market's time zone; the day and the time in the market's format."""
    member, form = opened_form
    day = days_ago(19).strftime("%d.%m.%Y")
    answer = await member_browser.send_form(form, member, ordered_time=time, **{DAY: day})
    row = await member.row(numbers_in(answer.text)[0])
    zone = gateway.profiles["velotel"].rules.market.zone
    assert row["ordered_at"].astimezone(zone).strftime("%H:%M") == "23:30"
    assert row["ordered_on"] == days_ago(19)


UNKNOWN_ADDRESSES = [
    "/form/nonsense",
    "/form/result?idempotency_key=!",
    "/form/result",
    "/form/missing_cashback/x",
]


@pytest.mark.parametrize("address", UNKNOWN_ADDRESSES)
async def test_an_unknown_address_is_answered(
    gateway: RunningGateway, member_browser: MemberBrowser, address: str
) -> None:
    await member_browser.sign_in(Member(gateway))
    assert (await member_browser.get(address)).status_code in (404, 422)


async def test_an_invalid_choice_leads_back_to_the_choices(
    gateway: RunningGateway, member_browser: MemberBrowser
) -> None:
    member = Member(gateway)
    early = await member.link("buchkiste", 1)
    await member_browser.sign_in(member)
    for choice in ("lnk-nobody", early):
        assert (await member_browser.open_form(choice)).url.path == "/form/missing_cashback"
