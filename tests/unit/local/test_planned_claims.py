"""The seed of the fault suite decides what is filed; every kind of ticket comes."""

from collections import Counter
from datetime import UTC, datetime

from local.faults.invariants import INVARIANTS
from local.faults.planned_claims import plan_claims
from local.faults.seeded_bugs import BUGS
from local.faults.ticket_kinds import KINDS

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
COUNT = 200


def test_one_seed_always_gives_the_same_claims() -> None:
    assert plan_claims(7, COUNT, 60, NOW) == plan_claims(7, COUNT, 60, NOW)
    assert plan_claims(7, COUNT, 60, NOW) != plan_claims(8, COUNT, 60, NOW)


def test_every_kind_comes_before_any_comes_twice() -> None:
    first = plan_claims(7, 1, 60, NOW, kinds=KINDS)
    assert len(first) == first[0].kind.accounts
    kinds = Counter(one.kind.name for one in plan_claims(7, COUNT, 60, NOW))
    assert kinds.keys() == {kind.name for kind in KINDS}
    counts = {kind.name: kinds[kind.name] / kind.accounts for kind in KINDS}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_an_order_is_claimed_twice_only_by_two_accounts() -> None:
    claims = plan_claims(7, COUNT, 60, NOW)
    orders = Counter(one.order for one in claims if one.order)
    twice = {one.order for one in claims if one.kind.accounts == 2}
    assert {order for order, times in orders.items() if times > 1} == twice
    assert len({one.number for one in claims}) == len(claims)


def test_claims_come_in_order_and_within_their_time() -> None:
    times = [one.at for one in plan_claims(7, COUNT, 60, NOW)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= 60


def test_plans_with_other_serials_share_no_order_and_no_account() -> None:
    first, second = plan_claims(7, 50, 60, NOW), plan_claims(7, 50, 60, NOW, first=100)
    assert not {one.order for one in first if one.order} & {one.order for one in second}
    assert not {one.number for one in first} & {one.number for one in second}


def test_every_invariant_has_a_seeded_bug_for_claims_that_exist() -> None:
    assert {bug.invariant for bug in BUGS.values()} == set(INVARIANTS.values())
    assert {name for bug in BUGS.values() for name in bug.kinds} <= {kind.name for kind in KINDS}
