"""Background jobs run until they are stopped, also after errors."""

import asyncio
from typing import cast

import pytest

from background.context import JobContext
from background.jobs import run_jobs
from domain.errors import DatabaseUnavailable

NO_CONTEXT = cast("JobContext", None)


async def test_an_unexpected_error_is_logged_with_its_location_and_without_its_message(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def faulty(context: JobContext) -> bool:
        raise KeyError("jan@example.com")

    async with run_jobs(NO_CONTEXT, [faulty]):
        await asyncio.sleep(0.01)
    assert "internal error in faulty: KeyError at test_jobs.py:" in caplog.text
    assert "jan@example.com" not in caplog.text


async def test_a_failing_job_does_not_stop_the_others(caplog: pytest.LogCaptureFixture) -> None:
    runs = 0

    async def failing(context: JobContext) -> bool:
        raise DatabaseUnavailable("PostgreSQL: no answer")

    async def working(context: JobContext) -> bool:
        nonlocal runs
        runs += 1
        return True

    async with run_jobs(NO_CONTEXT, [failing, working]):
        await asyncio.sleep(0.01)
    assert runs > 1
    assert "failing failed and will be retried: DatabaseUnavailable" in caplog.text


async def test_stopping_cancels_running_jobs() -> None:
    ended = asyncio.Event()

    async def endless(context: JobContext) -> bool:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()
        return False

    async with run_jobs(NO_CONTEXT, [endless]):
        await asyncio.sleep(0.01)
    assert ended.is_set()
