"""Limits hold in a race; refusals are counted, though nothing else of them names an account."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from adapters.postgres.claims.admission import load_facts
from adapters.postgres.database import Database
from domain.admission.admission import Admission
from domain.admission.claim_assessor import ClaimAssessor
from domain.partners.claim_limits import FactsQuery
from tests.support.builders import a_profile, a_withdrawal
from tests.support.csv_filing import Desk, a_request
from tests.support.stored_rows import opened


async def a_desk(database: Database, **limits: int) -> Desk:
    """A desk whose partner has these limits, with links for two accounts."""
    desk = Desk(database, limits=limits)
    await desk.open_account()
    await desk.open_account("acc-2")
    return desk


def codes(admission: Admission) -> list[str]:
    return [reason.code for reason in admission.result.reasons]


def counted(admissions: list[Admission]) -> dict[str, int]:
    """How many were answered by each code; `accepted` where there is none."""
    return dict(Counter((codes(one) or ["accepted"])[0] for one in admissions))


async def at_once(desk: Desk, claims: int, account: str = "acc-1001") -> list[Admission]:
    """Claims of one account for as many orders, all at the same time."""
    return await asyncio.gather(*(desk.file(f"VT-{n}", account) for n in range(claims)))


async def test_of_thirty_claims_at_once_for_one_link_no_more_are_taken_than_may_be_open(
    database: Database,
) -> None:
    desk = await a_desk(database, open_per_link=4, accepted_per_account_per_day=20)
    assert counted(await at_once(desk, 30)) == {"accepted": 4, "too_many_claims": 26}
    assert counted(await at_once(desk, 2, "acc-2")) == {"accepted": 2}  # nobody else is affected


async def test_a_hundred_and_fifty_guesses_of_order_numbers_open_ten_tickets(
    database: Database,
) -> None:
    """By the limits that a file without any has."""
    desk = await a_desk(database)
    assert counted(await at_once(desk, 150)) == {"accepted": 10, "too_many_claims": 140}


async def test_the_partners_day_holds_for_accounts_that_file_at_once(
    database: Database, database_url: str
) -> None:
    """The last place is one claim's; the other is judged again, and leaves no half a ticket."""
    desk = await a_desk(database, accepted_per_day=7)
    accounts = [f"acc-{n}" for n in range(20)]
    for account in accounts:
        await desk.open_account(account)
    found = await asyncio.gather(*(desk.file("VT-1", account) for account in accounts))
    assert counted(found) == {"accepted": 7, "too_many_claims": 13}
    async with opened(database_url) as books:
        statement = "select count(*) from ticket_transitions where event = 'claim_accepted'"
        assert await books.value(statement) == 7
        assert await books.value("select count(*) from emails") == 7


async def test_a_ticket_that_ended_makes_room_but_not_in_the_same_day(database: Database) -> None:
    """Claims that are withdrawn again and again are counted, too."""
    desk = await a_desk(database, open_per_link=1, accepted_per_account_per_day=3)
    for turn in range(3):
        admission = await desk.file(f"VT-{turn}")
        assert codes(await desk.file("VT-X")) == ["too_many_claims"]
        await desk.hears(admission, a_withdrawal())
    assert codes(await desk.file("VT-4")) == ["too_many_claims"]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = await desk.persistence.admit(a_request("VT-4", started_at=tomorrow))
    assert codes(later) == []


async def test_an_account_that_guesses_learns_no_more_and_nothing_else_is_stored(
    database: Database, database_url: str
) -> None:
    desk = await a_desk(database, refused_per_account_per_day=3)
    guesses = [await desk.file(link_id=f"lnk-{n}", order="VT-1") for n in range(5)]
    found_codes = [code for one in guesses for code in codes(one)]
    assert found_codes == ["link_does_not_fit"] * 3 + ["too_many_claims"] * 2
    assert codes(await desk.file("VT-2")) == ["too_many_claims"]
    assert codes(await desk.file("VT-2", "acc-2")) == []
    async with opened(database_url) as books:
        traces = await books.value("select count(*) from tickets where account_id = 'acc-1001'")
        refused = await books.value(
            "select refused from claim_counts where account_id = 'acc-1001'"
        )
    assert (traces, refused) == (0, 3)


async def test_a_repeated_claim_counts_as_no_guess_and_an_answer_repeated_is_no_claim(
    database: Database, database_url: str
) -> None:
    """R25: impatience costs nothing."""
    desk = await a_desk(database, refused_per_account_per_day=2)
    request = a_request()
    first = await desk.persistence.admit(request)
    for _ in range(5):
        assert await desk.persistence.admit(request) == first
        assert codes(await desk.file()) == ["duplicate"]
    async with opened(database_url) as books:
        row = await books.connection.fetchrow(
            "select accepted, refused from claim_counts where account_id = 'acc-1001'"
        )
    assert row
    assert tuple(row) == (1, 0)


async def test_a_check_says_what_filing_will_say(database: Database) -> None:
    desk = await a_desk(database, accepted_per_account_per_day=1)
    await desk.file("VT-1")
    profiles = {"velotel": a_profile(limits={"accepted_per_account_per_day": 1})}
    asked = ClaimAssessor(a_request("VT-2"), profiles, desk.persistence._phrases, datetime.now(UTC))
    checked = asked.assess(await load_facts(database, asked.facts_query)).admission
    filed = await desk.file("VT-2")
    assert codes(checked) == codes(filed) == ["too_many_claims"]
    assert checked.result.available_from == filed.result.available_from


async def test_counts_of_days_that_are_over_are_swept_out(
    database: Database, database_url: str
) -> None:
    """What an account was refused is kept for a few days at most."""
    desk = await a_desk(database)
    long_ago = datetime.now(UTC).date() - timedelta(days=4)
    old = "insert into claim_counts (day, partner_id, account_id) values ($1, 'velotel', 'acc-old')"
    async with opened(database_url) as books:
        await books.connection.execute(old, long_ago)
        await desk.file()
        kept = await books.value("select count(*) from claim_counts where account_id = 'acc-old'")
    assert kept == 0


async def test_without_a_partner_nothing_is_counted(database: Database, database_url: str) -> None:
    desk = await a_desk(database)
    assert codes(await desk.file(partner_id="nobody")) == ["unknown_partner"]
    assert (
        await load_facts(database, FactsQuery(account_id="", partner_id="", key=""))
    ).links == ()
    async with opened(database_url) as books:
        assert await books.count("claim_counts") == 0
