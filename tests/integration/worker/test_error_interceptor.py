"""How errors leave an activity: which are retried, when, and which raise an alert."""

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from temporalio import activity
from temporalio.activity import Info
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from activities.error_interceptor import ErrorTranslationInterceptor, RetryLogFilter
from domain.errors import (
    DatabaseUnavailable,
    EmailUndeliverable,
    MailServerUnavailable,
    PartnerRateLimited,
    PartnerRejectedRequest,
    PartnerThrottled,
    PartnerUnauthorised,
    PartnerUnavailable,
    PermanentError,
    RequestRejected,
    TransientError,
)
from workflows.activity_options import BACKPRESSURE_ERRORS

RETRIED = [DatabaseUnavailable, MailServerUnavailable, PartnerUnavailable, TransientError]
FAULTS: dict[type[PermanentError], str] = {
    PartnerRejectedRequest: "partner_contract_fault",
    PartnerUnauthorised: "partner_unauthorised",
    EmailUndeliverable: "mail_undeliverable",
}
WAIT = timedelta(seconds=90)
SECRET = "hunter2"


class Root(ActivityInboundInterceptor):
    """The end of the chain: the activity itself."""

    def __init__(self) -> None:
        """Nothing comes after it."""

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        """Run the activity."""
        return await input.fn(*input.args)


async def run(work: Callable[[], Any], attempts: int = 1) -> Any:
    """Run `work` as an activity behind our interceptor, at this attempt."""

    async def activity_function() -> Any:
        return work()

    chain = ErrorTranslationInterceptor().intercept_activity(Root())
    call = ExecuteActivityInput(activity_function, (), None, {})
    return await attempt(attempts).run(chain.execute_activity, call)


async def failure(error: Exception, attempts: int = 1) -> ApplicationError:
    """Return the failure as which an activity's `error` leaves it, at this attempt."""

    def work() -> None:
        raise error

    with pytest.raises(ApplicationError) as caught:
        await run(work, attempts)
    return caught.value


@pytest.mark.parametrize("kind", RETRIED)
async def test_an_unavailable_dependency_is_retried_without_an_alert(
    kind: type[TransientError],
) -> None:
    failed = await failure(kind("unreachable"))
    assert (failed.type, failed.message) == (kind.__name__, "unreachable")
    assert not failed.non_retryable
    assert failed.next_retry_delay is None
    assert failed.category is ApplicationErrorCategory.BENIGN


@pytest.mark.parametrize(
    ("kind", "attempts", "delay"),
    [
        (DatabaseUnavailable, 6, None),
        (DatabaseUnavailable, 7, timedelta(minutes=1)),
        (DatabaseUnavailable, 1000, timedelta(minutes=1)),
        (MailServerUnavailable, 1000, None),
    ],
)
async def test_a_long_outage_of_our_own_database_delays_no_activity_by_more_than_a_minute(
    kind: type[TransientError], attempts: int, delay: timedelta | None
) -> None:
    """Also not e-mails and calls to partners, whose retry policies wait five minutes."""
    assert (await failure(kind("unreachable"), attempts)).next_retry_delay == delay


async def test_retry_after_of_a_partner_sets_the_next_attempt() -> None:
    failed = await failure(PartnerThrottled("429", WAIT))
    assert (failed.type, failed.next_retry_delay) == ("PartnerThrottled", WAIT)
    assert not failed.non_retryable
    assert failed.category is ApplicationErrorCategory.BENIGN


async def test_a_rate_limited_claim_names_its_next_attempt_without_an_alert() -> None:
    failed = await failure(PartnerRateLimited("others go first", WAIT))
    assert (failed.type, failed.next_retry_delay) == ("PartnerRateLimited", WAIT)
    assert failed.type in BACKPRESSURE_ERRORS
    assert failed.category is ApplicationErrorCategory.BENIGN


@pytest.mark.parametrize("kind", FAULTS)
async def test_a_permanent_failure_is_not_retried_and_names_the_attention_flag(
    kind: type[PermanentError],
) -> None:
    failed = await failure(kind("refused"))
    assert (failed.type, failed.message) == (FAULTS[kind], "refused")
    assert failed.non_retryable
    assert failed.category is not ApplicationErrorCategory.BENIGN


async def test_the_cause_does_not_leave_with_the_failure() -> None:
    """Texts of drivers may contain addresses, passwords or members' data."""
    error = DatabaseUnavailable("unreachable")
    error.__cause__ = OSError(f"postgresql://tickets:{SECRET}@db")
    failed = await failure(error)
    assert failed.__cause__ is None
    assert failed.__suppress_context__


@pytest.mark.parametrize("error", [KeyError("jan@example.com"), RequestRejected("malformed")])
async def test_any_other_error_is_redacted_and_retried(error: Exception) -> None:
    """The text may quote a member, and many people read a history."""
    failed = await failure(error)
    assert failed.type == type(error).__name__
    assert not failed.non_retryable
    assert re.fullmatch(
        rf"internal error: {failed.type} at test_error_interceptor\.py:\d+", failed.message
    )
    assert failed.__cause__ is None
    assert failed.__suppress_context__


@pytest.mark.parametrize(
    "error", [ApplicationError("refused", type="Refused"), asyncio.CancelledError()]
)
async def test_errors_meant_for_temporal_are_not_translated(error: BaseException) -> None:
    def work() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await run(work)
    assert caught.value is error


async def test_a_result_goes_through() -> None:
    assert await run(lambda: "done") == "done"


def attempt(number: int) -> ActivityEnvironment:
    """Return an environment in which this is the activity's attempt `number`."""
    environment = ActivityEnvironment()
    environment.info = Info(**(vars(environment.info) | {"attempt": number}))
    return environment


def is_logged() -> bool:
    """Whether a line of the activity's logger would be written now."""
    record = logging.LogRecord("temporalio.activity", logging.WARNING, "", 1, "", (), None)
    return bool(RetryLogFilter().filter(record))


@pytest.mark.parametrize(
    ("number", "logged"),
    [
        (1, True), (2, False), (9, False), (10, True), (11, False), (100, True), (101, False),
        (999, False), (1000, True), (1001, False), (10_000, True),
    ],
)  # fmt: skip
def test_a_failing_activity_is_logged_at_few_attempts(number: int, logged: bool) -> None:
    assert attempt(number).run(is_logged) is logged


def test_outside_of_an_activity_everything_is_logged() -> None:
    assert not activity.in_activity()
    assert is_logged()
