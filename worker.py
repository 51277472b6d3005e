"""Door 1: settings → adapters → activities → workers. Imports all, imported by nobody.

python worker.py            work until SIGTERM or Ctrl-C
python worker.py migrate    bring the database's schema up to date
python worker.py check      read settings and partners' files, say what is wrong, and end
python worker.py export PARTNER [--out FILE] [--again EXPORT_ID]
                            write the claims that wait for a partner as CSV
python worker.py mail NUMBER [--to ADDRESS]
                            send the letters of a ticket that have not left once more
python worker.py import PARTNER FILE [--dry-run]
                            tell tickets the outcomes of a partner's CSV file
python worker.py repair [NUMBER ...] [--dry-run]
                            find open tickets without a running workflow, and take these (or all) up
"""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities.claim_delivery import ClaimDelivery
from activities.emails import AnswerLinkFactory, EmailActivities
from activities.error_interceptor import ErrorTranslationInterceptor, RetryLogFilter
from activities.mail_server import polling_mail_server
from activities.partner_email import PartnerEmailChannel
from activities.partner_limiter import MonotonicClock, PartnerLimiter
from activities.persistence import Persistence
from adapters.email.renderer import LetterBook
from adapters.email.smtp import MailDoor
from adapters.files.partner_profiles import load_profiles
from adapters.http.webhook_client import open_door
from adapters.postgres.database import Postgres
from adapters.postgres.schema.migrations import migrate
from adapters.postgres.schema.roles import grant_privileges, must_not_own
from background.context import JobContext, WebhookTarget
from background.jobs import run_jobs
from cli import partner_exchange, tickets
from domain.errors import InvalidConfiguration
from domain.partners.profile import PartnerProfile
from secret_settings import partner_secrets, with_secret_files
from settings import (
    WorkerSettings,
    check_secrets_and_addresses,
    load_owner_settings,
    load_worker_settings,
    public_base_url,
)
from workflows.activity_options import MAIL_QUEUE, PARTNER_QUEUE, TICKETS_QUEUE
from workflows.data_converter import DATA_CONVERTER
from workflows.support_ticket import SupportTicket

log = logging.getLogger("worker")
GRACE: Final = timedelta(seconds=30)
LONGEST_END: Final = timedelta(seconds=45)
"""After being told to stop, the process leaves by then, whatever the SDK still waits for."""
CACHED_TASK_TIMEOUT: Final = timedelta(seconds=3)
"""So long a ticket's task waits for the worker that has it cached: one that was killed never comes,
and with the SDK's ten seconds each of its tickets stood still for so long."""
SPARE_SLOTS: Final = 20
JOB_CONNECTIONS: Final = 5
"""Connections to the database for the background jobs, beside those of the activities."""
_PASSED_THROUGH: Final = (
    "activities", "adapters", "domain",
    "dns", "email_validator", "idna", "isodate", "six", "transitions", "tzdata",
)  # fmt: skip
SANDBOX: Final = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*_PASSED_THROUGH)
)


@contextlib.asynccontextmanager
async def workers(
    client: Client,
    settings: WorkerSettings,
    profiles: Mapping[str, PartnerProfile],
    clock: MonotonicClock = time.monotonic,
) -> AsyncIterator[list[Worker]]:
    """Open the adapters and build the three workers, one per task queue; none runs yet.

    Partners are called at their pace by `clock`.
    """
    book = LetterBook(settings.support_email)
    mail = MailDoor(settings.smtp_url, settings.mail_from, settings.support_email)
    secrets = partner_secrets(profiles.values(), os.environ)
    connections = settings.database_pool_size
    async with (
        Postgres.connect(settings.database_url, connections, settings.statement_cache) as postgres,
        open_door(secrets) as door,
        polling_mail_server(postgres, mail),
    ):
        persistence = Persistence(postgres, profiles, book, settings.support_email)
        address = public_base_url(settings, profiles.values())
        letters = EmailActivities(postgres, book, mail, _answer_pages(settings, address))
        post = PartnerEmailChannel(book, mail, secrets, address)
        limiter = PartnerLimiter(clock, settings.worker_processes)
        calls = ClaimDelivery(postgres, profiles, door, limiter, post)
        ticket_work = [
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
        yield [
            _worker(client, TICKETS_QUEUE, ticket_work, workflows=[SupportTicket]),
            _worker(
                client, PARTNER_QUEUE, [calls.deliver], max_concurrent_activities=_slots(profiles)
            ),
            _worker(client, MAIL_QUEUE, [letters.send]),
        ]


@contextlib.asynccontextmanager
async def background_jobs(client: Client, settings: WorkerSettings) -> AsyncIterator[None]:
    """Run the background jobs, with database connections of their own."""
    target = None
    if settings.webhook_url and settings.webhook_secret:
        target = WebhookTarget(str(settings.webhook_url), settings.webhook_secret)
    async with (
        Postgres.connect(
            settings.database_url, JOB_CONNECTIONS, settings.statement_cache
        ) as postgres,
        open_door({}) as http,
        run_jobs(JobContext(postgres, client, http, target)),
    ):
        yield


def _answer_pages(settings: WorkerSettings, address: str) -> AnswerLinkFactory | None:
    """Return where members answer, if this worker knows the pages' address and their secret."""
    if not address or settings.signing_secret is None:
        return None
    return AnswerLinkFactory(address, settings.signing_secret)


def _slots(profiles: Mapping[str, PartnerProfile]) -> int:
    """Return enough for every partner at its limit, and for sending others away meanwhile."""
    return SPARE_SLOTS + sum(profile.channel.concurrency for profile in profiles.values())


def _worker(client: Client, queue: str, work: Sequence[Any], **more: Any) -> Worker:
    return Worker(
        client,
        task_queue=queue,
        activities=work,
        interceptors=[ErrorTranslationInterceptor()],
        workflow_runner=SANDBOX,
        max_concurrent_workflow_tasks=16,
        disable_eager_activity_execution=True,
        graceful_shutdown_timeout=GRACE,
        sticky_queue_schedule_to_start_timeout=CACHED_TASK_TIMEOUT,
        **more,
    )


async def connect(runtime: Runtime | None = None) -> Client:
    """Connect to Temporal as its SDK's environment configuration says."""
    told = with_secret_files(os.environ)
    config: dict[str, Any] = {**ClientConfig.load_client_connect_config(override_env_vars=told)}
    config.setdefault("target_host", "localhost:7233")
    return await Client.connect(**config, data_converter=DATA_CONVERTER, runtime=runtime)


async def run() -> None:
    """Work until told to stop; what is under way gets half a minute to finish."""
    settings, profiles = check()
    await must_not_own(settings.database_url, only_warn=settings.allow_private_addresses)
    client = await connect(_runtime(settings))
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with workers(client, settings, profiles) as built, contextlib.AsyncExitStack() as stack:
        for worker in built:
            await stack.enter_async_context(worker)
        await stack.enter_async_context(background_jobs(client, settings))
        log.info(
            "working for %d partners on %s", len(profiles), client.service_client.config.target_host
        )
        await stop.wait()
        leave_in_any_case()


def check() -> tuple[WorkerSettings, dict[str, PartnerProfile]]:
    """Read settings and partners' files; raises `InvalidConfiguration`."""
    settings = load_worker_settings()
    profiles = load_profiles(settings.partners_dir)
    check_secrets_and_addresses(
        settings, partner_secrets(profiles.values(), os.environ), profiles.values()
    )
    public_base_url(settings, profiles.values())
    MailDoor(settings.smtp_url, settings.mail_from, settings.support_email)
    return settings, profiles


async def bring_up_to_date() -> None:
    """Apply the migrations that are missing, as the tables' owner, and let the service use them."""
    settings = load_owner_settings()
    owner = settings.owner_url or settings.database_url
    async with Postgres.connect(owner, connections=1, statement_cache=0) as postgres:
        for migration in await migrate(postgres):
            log.info("applied %04d %s", migration.version, migration.name)
        await grant_privileges(postgres, settings.service_role)


def _runtime(settings: WorkerSettings) -> Runtime | None:
    if settings.metrics_bind is None:
        return None
    prometheus = PrometheusConfig(
        bind_address=settings.metrics_bind,
        counters_total_suffix=True,
        unit_suffix=True,
        durations_as_seconds=True,
    )
    return Runtime(telemetry=TelemetryConfig(metrics=prometheus))


def _log_plainly() -> None:
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
    )
    for noisy in ("httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("temporalio.activity").addFilter(RetryLogFilter())


def main(arguments: Sequence[str]) -> int:
    """Run a command; 0 for done, 1 for a failure, 2 for a wrong setting, file or command, 3 for bad
    rows in a file that was imported.
    """
    _log_plainly()
    try:
        match list(arguments):
            case []:
                asyncio.run(run())
            case ["migrate"]:
                asyncio.run(bring_up_to_date())
            case ["check"]:
                check()
            case ["mail" | "repair", *_]:
                return asyncio.run(tickets.run(arguments, connect))
            case ["export" | "import", *_]:
                return asyncio.run(partner_exchange.run(arguments, connect))
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except InvalidConfiguration as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    except Exception:
        log.exception("the worker ended")
        return 1
    return 0


def leave_in_any_case(after: timedelta = LONGEST_END) -> None:
    """Leave with 1 unless the process ended by itself meanwhile: a workflow that the SDK cannot
    evict would keep it for ever. A thread of its own, because the loop may be what stands still.
    """

    def end() -> None:
        log.error("still not ended after %d s: leaving", after.total_seconds())
        leave(1)

    timer = threading.Timer(after.total_seconds(), end)
    timer.daemon = True
    timer.start()


def leave(code: int) -> None:
    """End without tearing the interpreter down: on CPython 3.11 that can abort after a client was
    used.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
