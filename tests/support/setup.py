"""Sets the stage: a Temporal server, the real workers, and all that they talk to.

Each stage has a time-skipping server of its own: one starts in a tenth of a second, and its clock
begins at the present, while that of a shared one would be years ahead of every date in the books.
"""

import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.testing import WorkflowEnvironment

import worker
from activities.partner_limiter import MonotonicClock
from adapters.postgres.database import Postgres
from domain.partners.profile import CsvChannel, PartnerProfile
from local.mail_catcher.smtp import Behaviour, listen
from local.mail_catcher.store import Letterbox
from local.stack.ports import HOST
from local.stack.temporal import fairness_flags
from settings.worker import WorkerSettings
from tests.support.claims import PARTNERS, build_profile
from tests.support.environment import TicketEnvironment
from tests.support.partner_server import SECRET, run_partner_server
from tests.support.tcp_proxy import open_proxy
from workflows.data_converter import DATA_CONVERTER
from workflows.search_attributes import ALL

IDENTITY: Final = "tests"  # instead of the name of this machine, which histories would keep


def profiles(base_url: str, changes: dict[str, Any]) -> dict[str, PartnerProfile]:
    """Every partner of `partners/` at our own door, with these changes to their files."""
    ids = sorted(path.stem for path in PARTNERS.glob("*.toml"))
    return {one: build_profile(one, base_url, changes.get(one, {})) for one in ids}


def secrets() -> dict[str, str]:
    """The environment that these partners need."""
    known = profiles("http://nowhere.invalid", {}).values()
    return {one.channel.secret: SECRET for one in known if not isinstance(one.channel, CsvChannel)}


@asynccontextmanager
async def open_environment(
    database_url: str,
    letters: Path,
    server: WorkflowEnvironment | None = None,
    with_workers: bool = True,
    settings_overrides: Mapping[str, Any] | None = None,
    **changes: Any,
) -> AsyncIterator[TicketEnvironment]:
    """A stage on this database; letters are kept in this folder, whatever played there before.

    `settings_overrides`: settings of the workers that are not the usual ones.
    """
    async with AsyncExitStack() as stack:
        clock: MonotonicClock = time.monotonic
        if server is None:
            server, clock = await stack.enter_async_context(time_skipping_server()), _server_time
        env = await _build_environment(
            stack, server, database_url, letters, changes, clock, settings_overrides or {}
        )
        stack.push_async_callback(env.stop_workers)
        if with_workers:
            await env.start_workers()
        yield env


@asynccontextmanager
async def dev_server(*flags: str) -> AsyncIterator[WorkflowEnvironment]:
    """The real Temporal dev server, in memory, started with these `flags` too."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=_program("temporal"),
        data_converter=DATA_CONVERTER,
        identity=IDENTITY,
        search_attributes=ALL,
        dev_server_extra_args=[*fairness_flags(), *flags],
    ) as server:
        yield server


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@asynccontextmanager
async def time_skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """A test server that skips time and knows our search attributes."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=_program("temporal-test-server"),
        data_converter=DATA_CONVERTER,
        identity=IDENTITY,
    ) as server:
        attributes = {key.name: IndexedValueType.ValueType(key.indexed_value_type) for key in ALL}
        await server.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=server.client.namespace, search_attributes=attributes
            )
        )
        yield server


async def _build_environment(
    stack: AsyncExitStack,
    server: WorkflowEnvironment,
    database_url: str,
    letters: Path,
    changes: dict[str, Any],
    clock: MonotonicClock,
    settings_overrides: Mapping[str, Any],
) -> TicketEnvironment:
    partner = await stack.enter_async_context(run_partner_server())
    box, mail = Letterbox(letters), Behaviour()
    catcher = await listen(box, mail, 0)
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
    known = profiles(partner.base_url, changes)
    return TicketEnvironment(
        client=server.client,
        sleep=server.sleep,
        postgres=await stack.enter_async_context(Postgres.connect(database_url, 3)),
        partner=partner,
        mailbox=box,
        mail_behaviour=mail,
        database_proxy=database_proxy,
        mail_proxy=mail_proxy,
        worker_factory=lambda client: worker.build_workers(client, settings, known, clock),
    )


def _server_time() -> float:
    """The time by which the server skips: partners' paces follow it."""
    return activity.info().started_time.timestamp()
