"""Limits hold for concurrent claims; only the count of refusals names an account."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from adapters.postgres.claims.admission import load_facts
from adapters.postgres.database import Database
from domain.admission.admission import Admission
from domain.admission.claim_assessor import ClaimAssessor
from domain.partners.claim_limits import FactsQuery
from tests.support.builders import a_profile, a_withdrawal
from tests.support.stored_rows import open_rows
from tests.support.ticket_store import TicketStore, a_request


async def a_store(database: Database, **limits: int) -> TicketStore:
    """A store whose partner has these limits, with links for two accounts."""
    store = TicketStore(database, limits=limits)
    await store.register_link()
    await store.register_link("acc-2")
    return store


def codes(admission: Admission) -> list[str]:
    return [reason.code for reason in admission.result.reasons]


def count_by_code(admissions: list[Admission]) -> dict[str, int]:
    """Return how many claims got each code; `accepted` for those without one."""
    return dict(Counter((codes(one) or ["accepted"])[0] for one in admissions))


async def file_concurrently(
    store: TicketStore, claims: int, account: str = "acc-1001"
) -> list[Admission]:
    """File claims of one account for different orders, all at the same time."""
    return await asyncio.gather(*(store.file(f"VT-{n}", account) for n in range(claims)))


async def test_of_thirty_concurrent_claims_for_one_link_only_the_allowed_number_is_accepted(
    database: Database,
) -> None:
    store = await a_store(database, open_per_link=4, accepted_per_account_per_day=20)
    admissions = await file_concurrently(store, 30)
    assert count_by_code(admissions) == {"accepted": 4, "too_many_claims": 26}
    others = await file_concurrently(store, 2, "acc-2")
    assert count_by_code(others) == {"accepted": 2}  # no other account is affected


async def test_a_hundred_and_fifty_guesses_of_order_numbers_open_ten_tickets(
    database: Database,
) -> None:
    """By the default limits."""
    store = await a_store(database)
    admissions = await file_concurrently(store, 150)
    assert count_by_code(admissions) == {"accepted": 10, "too_many_claims": 140}


async def test_the_daily_limit_of_a_partner_holds_for_concurrent_accounts(
    database: Database, database_url: str
) -> None:
    """A claim that loses the last place is assessed again, and leaves no partial ticket."""
    store = await a_store(database, accepted_per_day=7)
    accounts = [f"acc-{n}" for n in range(20)]
    for account in accounts:
        await store.register_link(account)
    admissions = await asyncio.gather(*(store.file("VT-1", account) for account in accounts))
    assert count_by_code(admissions) == {"accepted": 7, "too_many_claims": 13}
    async with open_rows(database_url) as stored:
        statement = "select count(*) from ticket_transitions where event = 'claim_accepted'"
        assert await stored.value(statement) == 7
        assert await stored.value("select count(*) from emails") == 7


async def test_a_closed_ticket_frees_the_limit_per_link_but_not_the_daily_limit(
    database: Database,
) -> None:
    """Withdrawn claims count towards the daily limit, too."""
    store = await a_store(database, open_per_link=1, accepted_per_account_per_day=3)
    for turn in range(3):
        admission = await store.file(f"VT-{turn}")
        assert codes(await store.file("VT-X")) == ["too_many_claims"]
        await store.handle(admission, a_withdrawal())
    assert codes(await store.file("VT-4")) == ["too_many_claims"]
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    later = await store.persistence.admit(a_request("VT-4", started_at=tomorrow))
    assert codes(later) == []


async def test_an_account_that_guesses_learns_nothing_and_nothing_is_stored(
    database: Database, database_url: str
) -> None:
    store = await a_store(database, refused_per_account_per_day=3)
    guesses = [await store.file(link_id=f"lnk-{n}", order="VT-1") for n in range(5)]
    found_codes = [code for one in guesses for code in codes(one)]
    assert found_codes == ["link_does_not_fit"] * 3 + ["too_many_claims"] * 2
    assert codes(await store.file("VT-2")) == ["too_many_claims"]
    assert codes(await store.file("VT-2", "acc-2")) == []
    async with open_rows(database_url) as stored:
        traces = await stored.value("select count(*) from tickets where account_id = 'acc-1001'")
        refused = await stored.value(
            "select refused from claim_counts where account_id = 'acc-1001'"
        )
    assert (traces, refused) == (0, 3)


async def test_a_duplicate_counts_as_no_refusal_and_a_repeated_request_as_no_claim(
    database: Database, database_url: str
) -> None:
    """R25: who files twice loses nothing."""
    store = await a_store(database, refused_per_account_per_day=2)
    request = a_request()
    first = await store.persistence.admit(request)
    for _ in range(5):
        assert await store.persistence.admit(request) == first
        assert codes(await store.file()) == ["duplicate"]
    async with open_rows(database_url) as stored:
        row = await stored.connection.fetchrow(
            "select accepted, refused from claim_counts where account_id = 'acc-1001'"
        )
    assert row
    assert tuple(row) == (1, 0)


async def test_a_check_returns_the_decision_of_filing(database: Database) -> None:
    store = await a_store(database, accepted_per_account_per_day=1)
    await store.file("VT-1")
    profiles = {"velotel": a_profile(limits={"accepted_per_account_per_day": 1})}
    assessor = ClaimAssessor(
        a_request("VT-2"), profiles, store.persistence._phrases, datetime.now(UTC)
    )
    checked = assessor.assess(await load_facts(database, assessor.facts_query)).admission
    filed = await store.file("VT-2")
    assert codes(checked) == codes(filed) == ["too_many_claims"]
    assert checked.result.available_from == filed.result.available_from


async def test_counts_of_past_days_are_deleted(database: Database, database_url: str) -> None:
    """Refusals of an account are stored for a few days at most."""
    store = await a_store(database)
    past_day = datetime.now(UTC).date() - timedelta(days=4)
    statement = (
        "insert into claim_counts (day, partner_id, account_id) values ($1, 'velotel', 'acc-old')"
    )
    async with open_rows(database_url) as stored:
        await stored.connection.execute(statement, past_day)
        await store.file()
        count = await stored.value("select count(*) from claim_counts where account_id = 'acc-old'")
    assert count == 0


async def test_without_a_partner_nothing_is_counted(database: Database, database_url: str) -> None:
    store = await a_store(database)
    assert codes(await store.file(partner_id="nobody")) == ["unknown_partner"]
    assert (
        await load_facts(database, FactsQuery(account_id="", partner_id="", key=""))
    ).links == ()
    async with open_rows(database_url) as stored:
        assert await stored.count("claim_counts") == 0
