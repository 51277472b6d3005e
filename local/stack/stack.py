"""The local stack: everything a ticket needs, as real programs, on state of its own."""

import asyncio
import contextlib
import fcntl
import json
import sys
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import httpx

from local.stack import postgres, profiles, temporal
from local.stack.environment import Addresses, addresses, environment
from local.stack.errors import AlreadyRunning, PartNotReady
from local.stack.ports import HOST, Ports
from local.stack.supervisor import Part, Supervisor

ROOT = Path(__file__).resolve().parents[2]
START_TIME = 120.0  # seconds until a start that hangs is given up
STEP = 0.02  # seconds between two looks at a port
GATEWAY_GRACE = 20.0  # seconds: longer than the gateway's own, for what is under way


class Stack:
    """`async with Stack(state_dir, ports) as stack`: everything runs inside, nothing after.

    `addresses` is what `stack.json` says, `environment` what the worker sees, `supervisor` knows
    the parts: `postgres`, `temporal`, `mailbox`, `partner_simulator`, `platform`, `worker`,
    `gateway`.
    """

    def __init__(
        self,
        state_dir: Path,
        ports: Ports,
        *,
        partners_dir: Path = ROOT / "partners",
        overlays_dir: Path = ROOT / "local" / "stack" / "overlays",
        tell: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Only remember; `tell` hears one line when a part is started again."""
        self.state = state_dir.resolve()
        self.ports = ports
        self.supervisor = Supervisor(self.state / "logs", tell)
        self._partners_dir = partners_dir
        self._overlays_dir = overlays_dir
        self.environment: dict[str, str] = {}
        self.addresses: Addresses = {}

    async def __aenter__(self) -> Self:
        """Start all parts and wait until they answer; a failed start stops what was started."""
        async with contextlib.AsyncExitStack() as undo:
            self.state.mkdir(parents=True, exist_ok=True)
            undo.enter_context(held_alone(self.state))
            self.ports.check()
            self._prepare()
            undo.callback((self.state / "stack.json").unlink, missing_ok=True)
            await undo.enter_async_context(self.supervisor)
            await self._start()
            profiles.write_private(self.state / "stack.json", json.dumps(self.addresses, indent=2))
            self._undo = undo.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop all parts in reverse order and remove `stack.json`."""
        await self._undo.aclose()

    async def stay(self) -> NoReturn:
        """Wait for ever; raises `PartDied` when a part that must live ends."""
        await self.supervisor.stay()

    def _prepare(self) -> None:
        """Secrets, the partners' files, the addresses and the environment of all programs."""
        found = profiles.read_profiles(self._partners_dir, self._overlays_dir)
        simulator = f"http://{HOST}:{self.ports.partners_port}"
        local = {key: profiles.at_simulator(value, simulator) for key, value in found.items()}
        profiles.write_profiles(local, self.state / "partners")
        secrets_file = self.state / "secrets.json"
        self._password = profiles.lasting_password(secrets_file)
        keys = profiles.lasting_secrets(secrets_file, profiles.secret_names(local).values())
        self.addresses = addresses(self.ports, self._password)
        keys |= profiles.own_secrets(secrets_file)
        self.environment = environment(self.state, self.addresses) | keys

    async def _start(self) -> None:
        """Start what does not depend on each other at the same time, the two doors last."""
        try:
            async with asyncio.timeout(START_TIME):
                await _together(
                    self._database_with_schema(),
                    temporal.start_temporal(
                        self.supervisor, self.state, self.ports, self.environment
                    ),
                    self._mailbox(),
                    self._simulator(),
                    self._platform(),
                )
                await self.supervisor.start(self._python("worker", "worker.py", restart=True))
                await self._gateway()
        except TimeoutError as error:
            logs = self.state / "logs"
            raise PartNotReady(
                f"no answer from all after {START_TIME:.0f} s: see {logs}"
            ) from error

    async def _database_with_schema(self) -> None:
        data, port = self.state / "postgres", self.ports.postgres_port
        await postgres.start_database(self.supervisor, data, port, self._password)
        owner = self.addresses["database_owner_url"]
        await postgres.make_service_role(owner, self._password)
        migration = self._python("migrate", "-m", "cli", "migrate")
        told = self.environment | {"TICKETS_DATABASE_OWNER_URL": owner}
        migration = replace(migration, environment=told)
        await self.supervisor.while_alive(self.supervisor.run(migration))

    async def _mailbox(self) -> None:
        smtp, web = self.ports.smtp_port, self.ports.mailbox_port
        ports = ("--smtp-port", str(smtp), "--web-port", str(web))
        folder = ("--folder", str(self.state / "mailbox"))
        await self.supervisor.start(
            self._python("mailbox", "-m", "local.mail_catcher", *ports, *folder)
        )
        await self.supervisor.while_alive(_answers(smtp))
        await self.supervisor.while_alive(_answers(web))

    async def _simulator(self) -> None:
        port = self.ports.partners_port
        files = {"--partners": "partners", "--state": "partner_simulator.db"}
        flags = [word for flag, name in files.items() for word in (flag, str(self.state / name))]
        flags += ["--gateway", self.addresses["gateway"] or ""]
        module = ("-m", "local.partner_simulator.app", "--port", str(port), *flags)
        await self.supervisor.start(self._python("partner_simulator", *module))
        await self.supervisor.while_alive(_answers(port))

    async def _platform(self) -> None:
        port = self.ports.platform_port
        state = str(self.state / "platform.db")
        flags = ("--port", str(port), "--gateway", self.addresses["gateway"], "--state", state)
        module = ("-m", "local.platform_simulator.app", *flags)
        await self.supervisor.start(self._python("platform", *module))
        await self.supervisor.while_alive(_answers(port))

    async def _gateway(self) -> None:
        gateway = self._python("gateway", "-m", "gateway", restart=True)
        await self.supervisor.start(replace(gateway, grace=GATEWAY_GRACE))
        ready = f"{self.addresses['gateway']}/readyz"
        await self.supervisor.while_alive(_is_ready(ready))

    def _python(self, name: str, *arguments: str, restart: bool = False) -> Part:
        """One of our own programs."""
        command = (sys.executable, *arguments)
        return Part(name, command, self.environment, folder=ROOT, restart=restart)


@contextlib.contextmanager
def held_alone(state: Path) -> Iterator[None]:
    """Hold the state directory; raises `AlreadyRunning` while another process does."""
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"a local stack is already running on {state}") from error
        yield


async def _together(*steps: Coroutine[None, None, None]) -> None:
    """All steps at once; the first that fails cancels the others and is raised as itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for step in steps:
                group.create_task(step)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _answers(port: int) -> None:
    """Return once somebody accepts connections on the port."""
    while True:
        try:
            _, writer = await asyncio.open_connection(HOST, port)
        except OSError:
            await asyncio.sleep(STEP)
        else:
            writer.close()
            return


async def _is_ready(url: str) -> None:
    """Return once the gateway says that it can work."""
    async with httpx.AsyncClient(trust_env=False) as http:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if (await http.get(url)).is_success:
                    return
            await asyncio.sleep(STEP)
