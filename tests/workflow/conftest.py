"""Sets the stage: a Temporal server, the real workers, and all that they talk to.

Each stage has a time-skipping server of its own: one starts in a tenth of a second, and its clock
begins at the present, while that of a shared one would be years ahead of every date in the books.
"""

import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from temporalio import activity
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

import worker
from activities.pace import Clock
from adapters.postgres import Postgres
from domain.partner import PartnerProfile
from local.mailbox_letters import Letterbox
from local.mailbox_smtp import Behaviour, listen
from local.ports import HOST
from local.temporal_server import SEARCH_ATTRIBUTES, fairness_flags
from settings import Settings
from tests.workflow.claims import PARTNERS, a_partner
from tests.workflow.partner import SECRET, open_for_claims
from tests.workflow.stage import Stage
from tests.workflow.wire import strung
from workflows.attributes import ATTENTION, DUE_AT, KIND, PARTNER, STATE
from workflows.payloads import DATA_CONVERTER

IDS: Final = sorted(path.stem for path in PARTNERS.glob("*.toml"))
_TYPES: Final = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}
SetUp = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture(scope="session", autouse=True)
def _secrets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as environment:
        for partner in IDS:
            name = f"TICKETS_SECRET_{partner.upper().replace('-', '_')}"
            environment.setenv(name, SECRET)
        yield


@pytest.fixture
def staged(database_url: str, tmp_path: Path) -> SetUp:
    """Sets a stage: `async with staged(velotel={…}) as stage`, changes to partners' files named."""

    @asynccontextmanager
    async def set_up(
        server: WorkflowEnvironment | None = None, with_workers: bool = True, **changes: Any
    ) -> AsyncIterator[Stage]:
        async with AsyncExitStack() as stack:
            own = server or await stack.enter_async_context(skipping_server())
            clock = time.monotonic if server else _servers_clock
            stage = await _stage(stack, own, database_url, tmp_path / "letters", changes, clock)
            stack.push_async_callback(stage.workers_go)
            if with_workers:
                await stage.workers_come()
            yield stage

    return set_up


@pytest.fixture
async def stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage on which nothing is unusual."""
    async with staged() as usual:
        yield usual


@pytest.fixture
async def real_stage(staged: SetUp) -> AsyncIterator[Stage]:
    """A stage with the real dev server, for what the test server does not do; time is real."""
    async with real_server() as server, staged(server) as real:
        yield real


@asynccontextmanager
async def real_server() -> AsyncIterator[WorkflowEnvironment]:
    """The real Temporal dev server, in memory."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=_program("temporal"),
        data_converter=DATA_CONVERTER,
        search_attributes=[STATE, KIND, PARTNER, DUE_AT, ATTENTION],
        dev_server_extra_args=fairness_flags(),
    ) as server:
        yield server


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


@asynccontextmanager
async def skipping_server() -> AsyncIterator[WorkflowEnvironment]:
    """A test server that skips time and knows our search attributes."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=_program("temporal-test-server"), data_converter=DATA_CONVERTER
    ) as server:
        attributes = {name: _TYPES[kind] for name, kind in SEARCH_ATTRIBUTES.items()}
        await server.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=server.client.namespace, search_attributes=attributes
            )
        )
        yield server


async def _stage(
    stack: AsyncExitStack,
    server: WorkflowEnvironment,
    database_url: str,
    letters: Path,
    changes: dict[str, Any],
    clock: Clock,
) -> Stage:
    partner = await stack.enter_async_context(open_for_claims())
    box, mail = Letterbox(letters), Behaviour()
    catcher = await listen(box, mail, 0)
    stack.callback(catcher.close)
    start, _, database = database_url.rpartition(":")
    port, _, name = database.partition("/")
    database_wire = await stack.enter_async_context(strung(int(port)))
    mail_wire = await stack.enter_async_context(strung(catcher.sockets[0].getsockname()[1]))
    settings = Settings.model_validate(
        {
            "DATABASE_URL": f"{start}:{database_wire.entrance}/{name}",
            "SMTP_URL": f"smtp://{HOST}:{mail_wire.entrance}",
            "TICKETS_MAIL_SENDER": "tickets@rewards.example",
            "TICKETS_SERVICE_ADDRESS": "help@rewards.example",
            "TICKETS_PARTNERS_DIR": PARTNERS,
        }
    )
    profiles = {one: a_partner(one, partner.base_url, changes.get(one, {})) for one in IDS}
    return Stage(
        client=server.client,
        sleep=server.sleep,
        postgres=await stack.enter_async_context(Postgres.connect(database_url, 3)),
        partner=partner,
        box=box,
        mail=mail,
        database_wire=database_wire,
        mail_wire=mail_wire,
        new_workers=_hiring(stack, server.client, settings, profiles, clock),
    )


def _servers_clock() -> float:
    """The time by which the server skips: partners' paces follow it."""
    started = activity.info().started_time
    return started.timestamp()


def _hiring(
    stack: AsyncExitStack,
    client: Client,
    settings: Settings,
    profiles: dict[str, PartnerProfile],
    clock: Clock,
) -> Callable[[], Awaitable[list[Worker]]]:
    async def new_workers() -> list[Worker]:
        return await stack.enter_async_context(worker.workers(client, settings, profiles, clock))

    return new_workers
