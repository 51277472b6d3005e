"""How long a webhook waits for its next attempt."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from background.webhook_backoff import RETRY_WINDOW, retry_delay

attempts = st.integers(1, 10_000)
chances = st.floats(0, 1)


@given(attempts, chances)
def test_a_pause_is_never_shorter_than_seconds_nor_longer_than_an_hour(
    count: int, chance: float
) -> None:
    assert timedelta(seconds=2) < retry_delay(count, chance) <= timedelta(hours=1)


@given(st.integers(1, 100))
def test_each_pause_is_at_least_as_long_as_the_one_before(count: int) -> None:
    assert retry_delay(count + 1, 0.5) >= retry_delay(count, 0.5)


@given(attempts, chances, st.integers(0, 3600))
def test_what_the_platform_asks_for_is_granted(count: int, chance: float, seconds: int) -> None:
    asked = timedelta(seconds=seconds)
    assert retry_delay(count, chance, asked) >= asked


def test_two_that_failed_together_do_not_come_back_together() -> None:
    assert len({retry_delay(3, chance / 10) for chance in range(11)}) == 11


def test_three_days_hold_many_attempts_but_no_hail_of_them() -> None:
    spent, count = timedelta(), 0
    while spent < RETRY_WINDOW:
        count += 1
        spent += retry_delay(count, 0.5)
    assert 50 < count < 150
