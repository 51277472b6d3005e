"""`python worker.py`: run the workflows and activities until SIGTERM or Ctrl-C.

Builds settings, adapters, activities and workers on top of each other. Only tests and the replay
of histories import this module. The commands are in `python -m cli`.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from temporalio.client import Client
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker

from activities.claim_delivery import ClaimDelivery
from activities.emails import EmailActivities
from activities.error_interceptor import ErrorTranslationInterceptor, RetryLogFilter
from activities.first_attempt import FirstAttempt
from activities.limits.partner_limiter import PartnerLimiter
from activities.limits.partner_state import MonotonicClock
from activities.mail_server import polling_mail_server
from activities.member_links import MemberLinkFactory
from activities.partner_email import PartnerEmailChannel
from activities.persistence import Persistence
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.http.webhook_client import open_client
from background.context import JobContext, WebhookTarget
from background.jobs import run_jobs
from domain.errors import InvalidConfiguration, TransientError
from domain.partners.profile import PartnerProfile
from process import event_loop
from process.configuration import validate_configuration
from process.database import (
    JOB_CONNECTIONS,
    PROBE_CONNECTIONS,
    check_database_at_start,
    open_database,
)
from process.exit_process import exit_after, exit_process
from process.health.database import missing_in_database
from process.health.readiness import Readiness
from process.health.server import answering_probes
from process.health.temporal import missing_in_temporal, missing_pollers
from process.listening import bind
from process.logs import configure_logging
from process.temporal import following_api_key
from process.workflow_sandbox import SANDBOX
from settings.secrets import partner_secrets
from settings.worker import WorkerSettings, public_base_url
from workflows.activity_options import MAIL_QUEUE, PARTNER_QUEUE, TICKETS_QUEUE
from workflows.connection import connect
from workflows.search_attributes import attribute_types
from workflows.support_ticket import SupportTicket

log = logging.getLogger("worker")
SHUTDOWN_TIMEOUT: Final = timedelta(seconds=30)
"""For activities in progress, after SIGTERM."""
EXIT_TIMEOUT: Final = timedelta(seconds=45)
"""From SIGTERM to the end of the process: a workflow that the SDK cannot evict would block it."""
CACHED_TASK_TIMEOUT: Final = timedelta(seconds=3)
"""How long a task waits for the worker that has its workflow cached: after a worker was killed its
tickets are blocked for that time, with the SDK's default for ten seconds."""
EXTRA_ACTIVITY_SLOTS: Final = 20
"""For calls that the partner limiter defers while a partner is at its limit."""
ACTIVITIES_PER_CONNECTION: Final = 4
"""Of the queue `tickets`: each holds a connection for a part of its time. With fewer, steps do not
start eagerly under load; many more would wait, and report an outage after five seconds."""


@contextlib.asynccontextmanager
async def build_workers(
    client: Client,
    settings: WorkerSettings,
    profiles: Mapping[str, PartnerProfile],
    clock: MonotonicClock = time.monotonic,
) -> AsyncIterator[list[Worker]]:
    """Open the adapters and build one worker per task queue; none runs yet.

    The partners' rates are measured by `clock`.
    """
    book = EmailRenderer(settings.support_email)
    mail = SmtpMailer(settings.smtp_url, settings.mail_from, settings.support_email)
    secrets = partner_secrets(profiles.values(), os.environ)
    connections = settings.database_pool_size
    async with (
        open_database(settings, connections, "worker") as database,
        open_client(secrets) as http,
        mail.reusing_connections(),
        polling_mail_server(database, mail),
    ):
        address = public_base_url(settings, profiles.values())
        links = MemberLinkFactory.create(address, settings.signing_secret, settings.status_page)
        emails = EmailActivities(database, book, mail, links)
        first_attempt = FirstAttempt(database, emails, time.monotonic)
        persistence = Persistence(database, profiles, book, settings.support_email, first_attempt)
        post = PartnerEmailChannel(book, mail, secrets, address)
        limiter = PartnerLimiter(clock, settings.worker_processes)
        calls = ClaimDelivery(database, profiles, http, limiter, post)
        yield [
            _worker(
                client,
                TICKETS_QUEUE,
                _ticket_activities(persistence),
                workflows=[SupportTicket],
                max_concurrent_activities=ACTIVITIES_PER_CONNECTION * connections,
                max_concurrent_local_activities=ACTIVITIES_PER_CONNECTION * connections,
            ),
            _worker(
                client,
                PARTNER_QUEUE,
                [calls.deliver],
                max_concurrent_activities=_activity_slots(profiles),
            ),
            _worker(client, MAIL_QUEUE, [emails.send]),
        ]


@contextlib.asynccontextmanager
async def background_jobs(client: Client, settings: WorkerSettings) -> AsyncIterator[None]:
    """Run the background jobs, with separate database connections."""
    target = None
    if settings.webhook_url and settings.webhook_secret:
        target = WebhookTarget(settings.webhook_url, settings.webhook_secret)
    async with (
        open_database(settings, JOB_CONNECTIONS, "jobs") as database,
        open_client({}) as http,
        run_jobs(JobContext(database, client, http, target)),
    ):
        yield


@contextlib.asynccontextmanager
async def health_probes(
    client: Client, settings: WorkerSettings, bound: socket.socket | None
) -> AsyncIterator[None]:
    """Answer probes at the socket, if there is one, with a separate database connection."""
    if bound is None:
        yield
        return
    activities = (TICKETS_QUEUE, PARTNER_QUEUE, MAIL_QUEUE)
    async with open_database(settings, PROBE_CONNECTIONS, "readiness") as database:
        readiness = Readiness(
            (
                partial(missing_in_database, database),
                partial(missing_in_temporal, client, attribute_types()),
                partial(missing_pollers, client, TICKETS_QUEUE, activities),
            )
        )
        async with answering_probes(readiness, bound):
            yield


def _ticket_activities(persistence: Persistence) -> list[Any]:
    return [
        persistence.admit,
        persistence.apply_changes,
        persistence.settle,
        persistence.recheck_rewards,
        persistence.find_objection,
        persistence.confirm_on_timeout,
        persistence.save_information,
        persistence.get_request_result,
        persistence.resume,
    ]


def _activity_slots(profiles: Mapping[str, PartnerProfile]) -> int:
    """Return enough slots for every partner at its limit, and some for deferred calls."""
    return EXTRA_ACTIVITY_SLOTS + sum(profile.channel.concurrency for profile in profiles.values())


def _worker(client: Client, queue: str, work: Sequence[Any], **more: Any) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        activities=work,
        interceptors=[ErrorTranslationInterceptor()],
        workflow_runner=SANDBOX,
        max_concurrent_workflow_tasks=16,
        graceful_shutdown_timeout=SHUTDOWN_TIMEOUT,
        sticky_queue_schedule_to_start_timeout=CACHED_TASK_TIMEOUT,
        **more,
    )


async def run() -> None:
    """Run all workers until a signal; then activities in progress have `SHUTDOWN_TIMEOUT`."""
    settings, profiles = validate_configuration()
    await check_database_at_start(settings)
    address = settings.health_bind
    bound = bind("TICKETS_HEALTH_BIND", address) if address else None
    client = await connect(_runtime(settings))
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, partial(_stop_in_time, asyncio.get_running_loop(), stop))
    async with (
        build_workers(client, settings, profiles) as workers,
        contextlib.AsyncExitStack() as stack,
    ):
        await stack.enter_async_context(following_api_key(client))
        for worker in workers:
            await stack.enter_async_context(worker)
        await stack.enter_async_context(background_jobs(client, settings))
        await stack.enter_async_context(health_probes(client, settings, bound))
        log.info(
            "working for %d partners on %s", len(profiles), client.service_client.config.target_host
        )
        await stop.wait()


def _stop_in_time(loop: asyncio.AbstractEventLoop, stop: asyncio.Event, *_: object) -> None:
    """Handle a signal; called by Python itself, because the event loop may be blocked."""
    exit_after(EXIT_TIMEOUT)
    loop.call_soon_threadsafe(stop.set)


def _runtime(settings: WorkerSettings) -> Runtime | None:
    if settings.metrics_bind is None:
        return None
    prometheus = PrometheusConfig(
        bind_address=settings.metrics_bind,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    try:
        return Runtime(telemetry=TelemetryConfig(metrics=prometheus))
    except ValueError:  # its text names the cause, but no setting
        expected = "expected an IP address and a free port, such as 0.0.0.0:9090 or [::]:9090"
        raise InvalidConfiguration("environment", "TICKETS_METRICS_BIND", expected) from None


def main(arguments: Sequence[str]) -> int:
    """Run the worker; 0 after a signal, 1 for a failure, 2 for a wrong setting or argument."""
    configure_logging()
    logging.getLogger("temporalio.activity").addFilter(RetryLogFilter())
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        event_loop.run(run())
    except InvalidConfiguration as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    except TransientError as error:
        log.error("the worker ended: %s", error)
        return 1
    except Exception:
        log.exception("the worker ended")
        return 1
    return 0


if __name__ == "__main__":
    exit_process(main(sys.argv[1:]))
