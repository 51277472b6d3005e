"""Opens the environment of a test: a Temporal server, the real workers, and their servers.

Each environment starts its own time-skipping server, which takes a tenth of a second: the time of a
new server is the present, while that of a shared one would be years ahead of the stored dates.
"""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.testing import WorkflowEnvironment

import worker
from activities.limits.partner_state import MonotonicClock
from adapters.postgres.database import Database
from local.mail_catcher.smtp import SmtpBehavior, listen
from local.mail_catcher.store import MailStore
from local.stack.ports import HOST
from settings.worker import WorkerSettings
from tests.support.workflow.environment import TicketEnvironment
from tests.support.workflow.partner_server import run_partner_server
from tests.support.workflow.profiles import PARTNERS, profiles
from tests.support.workflow.tcp_proxy import open_proxy
from tests.support.workflow.temporal_servers import time_skipping_server


@asynccontextmanager
async def open_environment(
    database_url: str,
    emails: Path,
    server: WorkflowEnvironment | None = None,
    with_workers: bool = True,
    settings_overrides: Mapping[str, Any] | None = None,
    **changes: Any,
) -> AsyncIterator[TicketEnvironment]:
    """An environment on this database; `emails` is the folder of the mail catcher.

    `changes` holds changes to partners' files by partner id; `settings_overrides` are settings of
    the workers.
    """
    async with AsyncExitStack() as stack:
        clock: MonotonicClock = time.monotonic
        if server is None:
            server, clock = await stack.enter_async_context(time_skipping_server()), _server_time
        env = await _build_environment(
            stack, server, database_url, emails, changes, clock, settings_overrides or {}
        )
        stack.push_async_callback(env.stop_workers)
        if with_workers:
            await env.start_workers()
        yield env


async def _build_environment(
    stack: AsyncExitStack,
    server: WorkflowEnvironment,
    database_url: str,
    emails: Path,
    changes: dict[str, Any],
    clock: MonotonicClock,
    settings_overrides: Mapping[str, Any],
) -> TicketEnvironment:
    partner = await stack.enter_async_context(run_partner_server())
    store, behavior = MailStore(emails), SmtpBehavior()
    catcher = await listen(store, behavior, 0)
    stack.callback(catcher.close)
    start, _, database = database_url.rpartition(":")
    port, _, name = database.partition("/")
    database_proxy = await stack.enter_async_context(open_proxy(int(port)))
    mail_proxy = await stack.enter_async_context(open_proxy(catcher.sockets[0].getsockname()[1]))
    settings = WorkerSettings.model_validate(
        {
            "DATABASE_URL": f"{start}:{database_proxy.port}/{name}",
            "SMTP_URL": f"smtp://{HOST}:{mail_proxy.port}",
            "TICKETS_MAIL_FROM": "tickets@rewards.example",
            "TICKETS_SUPPORT_EMAIL": "help@rewards.example",
            "TICKETS_PARTNERS_DIR": PARTNERS,
            "TICKETS_PUBLIC_URL": "https://tickets.rewards.example",
            **settings_overrides,
        }
    )
    partners = profiles(partner.base_url, changes)
    return TicketEnvironment(
        client=server.client,
        sleep=server.sleep,
        database=await stack.enter_async_context(Database.connect(database_url, 3)),
        partner=partner,
        mailbox=store,
        mail_behaviour=behavior,
        database_proxy=database_proxy,
        mail_proxy=mail_proxy,
        worker_factory=lambda client: worker.build_workers(client, settings, partners, clock),
    )


def _server_time() -> float:
    """The time of the server, which the partners' rate limits follow."""
    return activity.info().started_time.timestamp()
