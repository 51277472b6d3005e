"""The local stack: everything a ticket needs, as real programs, with separate state."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

from local.stack import postgres, profiles, temporal
from local.stack.environment import Addresses, addresses, environment
from local.stack.errors import ProcessNotReady
from local.stack.ports import HOST, Ports
from local.stack.readiness import run_concurrently, wait_for_port, wait_until_ready
from local.stack.state_lock import exclusive_lock
from local.stack.supervisor import ProcessSpec, Supervisor
from settings.local_stack import STACK_SETTINGS_FILE, dump_settings

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_SECONDS = 120.0  # seconds until a start that hangs is given up
WAITING_INTERVAL_SECONDS = 10.0  # seconds between two lines about what a start waits for
GATEWAY_STOP_SECONDS = 20.0  # seconds: longer than the gateway's own, for requests in progress


class Stack:
    """`async with Stack(state_dir, ports) as stack`: all programs run inside, none after.

    `addresses` is the content of `stack.json`, `environment` that of the worker, `supervisor` has
    the processes: `postgres`, `temporal`, `mailbox`, `partner_simulator`, `platform`, `worker`,
    `gateway`.
    """

    def __init__(
        self,
        state_dir: Path,
        ports: Ports,
        *,
        partners_dir: Path = ROOT / "partners",
        overlays_dir: Path = ROOT / "local" / "stack" / "overlays",
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        """Start nothing yet; `report` gets a line when a part is ready or starts again."""
        self.state = state_dir.resolve()
        self.ports = ports
        self.supervisor = Supervisor(self.state / "logs", report)
        self._report = report
        self._awaited: list[str] = []
        self._partners_dir = partners_dir
        self._overlays_dir = overlays_dir
        self.environment: dict[str, str] = {}
        self.addresses: Addresses = {}

    async def __aenter__(self) -> Self:
        """Start all parts and wait until they answer; a failed start stops what was started."""
        async with contextlib.AsyncExitStack() as undo:
            self.state.mkdir(parents=True, exist_ok=True)
            undo.enter_context(exclusive_lock(self.state))
            self.ports.check()
            self._prepare()
            for name in ("stack.json", STACK_SETTINGS_FILE):
                undo.callback((self.state / name).unlink, missing_ok=True)
            await undo.enter_async_context(self.supervisor)
            await self._start()
            self._write_state()
            self._undo = undo.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop all parts in reverse order and remove `stack.json` and `stack-settings.json`."""
        await self._undo.aclose()

    async def wait(self) -> NoReturn:
        """Wait until a signal; raises `ProcessExited` when a part that must keep running ends."""
        await self.supervisor.wait()

    def _prepare(self) -> None:
        """Secrets, the partners' files, the addresses and the environment of all programs."""
        found = profiles.read_profiles(self._partners_dir, self._overlays_dir)
        simulator = f"http://{HOST}:{self.ports.partners_port}"
        local = {key: profiles.point_to_simulator(value, simulator) for key, value in found.items()}
        profiles.write_profiles(local, self.state / "partners")
        secrets_file = self.state / "secrets.json"
        self._password = profiles.persistent_password(secrets_file)
        keys = profiles.persistent_secrets(secrets_file, profiles.secret_names(local).values())
        self.addresses = addresses(self.ports, self._password)
        keys |= profiles.gateway_secrets(secrets_file)
        self.environment = environment(self.state, self.addresses) | keys

    def _write_state(self) -> None:
        """Write the addresses, and the settings that the commands read (`--state-dir`)."""
        profiles.write_private(self.state / "stack.json", json.dumps(self.addresses, indent=2))
        settings = dump_settings(self._owner_environment())
        profiles.write_private(self.state / STACK_SETTINGS_FILE, settings)

    def _owner_environment(self) -> dict[str, str]:
        """The environment of a migration."""
        return self.environment | {
            "TICKETS_DATABASE_OWNER_URL": self.addresses["database_owner_url"]
        }

    async def _start(self) -> None:
        """Start what does not depend on each other at the same time, worker and gateway last."""
        server = temporal.start_temporal(self.supervisor, self.state, self.ports, self.environment)
        waiting = asyncio.create_task(self._report_waiting())
        try:
            async with asyncio.timeout(START_TIMEOUT_SECONDS):
                await run_concurrently(
                    self._starting("PostgreSQL with the schema", self._database_with_schema()),
                    self._starting("Temporal server", server),
                    self._starting("mail catcher", self._mailbox()),
                    self._starting("partner simulator", self._simulator()),
                    self._starting("platform simulator", self._platform()),
                )
                await self.supervisor.start(self._python("worker", "worker.py"))
                await self._starting("worker and gateway", self._gateway())
        except TimeoutError as error:
            missing = ", ".join(self._awaited)
            raise ProcessNotReady(
                f"no answer after {START_TIMEOUT_SECONDS:.0f} s from: {missing}"
                f" (logs: {self.state / 'logs'})"
            ) from error
        finally:
            waiting.cancel()

    async def _starting(self, part: str, step: Coroutine[None, None, None]) -> None:
        """Run the step that starts a part, and report when the part is ready."""
        begun = asyncio.get_running_loop().time()
        self._awaited.append(part)
        await step
        self._awaited.remove(part)
        self._report(f"  {part}: ready after {asyncio.get_running_loop().time() - begun:.1f} s")

    async def _report_waiting(self) -> None:
        """Report from time to time what is awaited, so that a slow start does not look stuck."""
        while True:
            await asyncio.sleep(WAITING_INTERVAL_SECONDS)
            self._report(f"  still waiting for: {', '.join(self._awaited)}")

    async def _database_with_schema(self) -> None:
        data, port = self.state / "postgres", self.ports.postgres_port
        await postgres.start_database(self.supervisor, data, port, self._password)
        owner = self.addresses["database_owner_url"]
        await postgres.make_service_role(owner, self._password)
        migration = self._python("migrate", "-m", "cli", "migrate")
        migration = replace(migration, environment=self._owner_environment())
        await self.supervisor.run_while_healthy(self.supervisor.run(migration))

    async def _mailbox(self) -> None:
        smtp, web = self.ports.smtp_port, self.ports.mailbox_port
        ports = ("--smtp-port", str(smtp), "--web-port", str(web))
        folder = ("--folder", str(self.state / "mailbox"))
        await self.supervisor.start(
            self._python("mailbox", "-m", "local.mail_catcher", *ports, *folder)
        )
        await self.supervisor.run_while_healthy(wait_for_port(smtp))
        await self.supervisor.run_while_healthy(wait_for_port(web))

    async def _simulator(self) -> None:
        port = self.ports.partners_port
        files = {"--partners": "partners", "--state": "partner_simulator.db"}
        flags = [
            argument for flag, name in files.items() for argument in (flag, str(self.state / name))
        ]
        flags += ["--gateway", self.addresses["gateway"] or ""]
        module = ("-m", "local.partner_simulator.app", "--port", str(port), *flags)
        await self.supervisor.start(self._python("partner_simulator", *module))
        await self.supervisor.run_while_healthy(wait_for_port(port))

    async def _platform(self) -> None:
        port = self.ports.platform_port
        state = str(self.state / "platform.db")
        flags = ("--port", str(port), "--gateway", self.addresses["gateway"], "--state", state)
        module = ("-m", "local.platform_simulator.app", *flags)
        await self.supervisor.start(self._python("platform", *module))
        await self.supervisor.run_while_healthy(wait_for_port(port))

    async def _gateway(self) -> None:
        gateway = self._python("gateway", "-m", "gateway")
        await self.supervisor.start(replace(gateway, grace=GATEWAY_STOP_SECONDS))
        ready = f"{self.addresses['gateway']}/readyz"
        await self.supervisor.run_while_healthy(wait_until_ready(ready))

    def _python(self, name: str, *arguments: str) -> ProcessSpec:
        """One of our own programs."""
        command = (sys.executable, *arguments)
        return ProcessSpec(name, command, self.environment, folder=ROOT, restart=True)
