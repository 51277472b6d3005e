"""The delay before the next attempt of a webhook."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from background.webhook_backoff import RETRY_WINDOW, retry_delay

attempts = st.integers(1, 10_000)
chances = st.floats(0, 1)


@given(attempts, chances)
def test_a_delay_is_between_two_seconds_and_an_hour(count: int, chance: float) -> None:
    assert timedelta(seconds=2) < retry_delay(count, chance) <= timedelta(hours=1)


@given(st.integers(1, 100))
def test_delays_never_decrease(count: int) -> None:
    assert retry_delay(count + 1, 0.5) >= retry_delay(count, 0.5)


@given(attempts, chances, st.integers(0, 3600))
def test_a_delay_requested_by_the_platform_is_respected(
    count: int, chance: float, seconds: int
) -> None:
    requested = timedelta(seconds=seconds)
    assert retry_delay(count, chance, requested) >= requested


def test_webhooks_that_failed_together_have_different_delays() -> None:
    assert len({retry_delay(3, chance / 10) for chance in range(11)}) == 11


def test_the_retry_window_has_between_fifty_and_a_hundred_and_fifty_attempts() -> None:
    elapsed, count = timedelta(), 0
    while elapsed < RETRY_WINDOW:
        count += 1
        elapsed += retry_delay(count, 0.5)
    assert 50 < count < 150
