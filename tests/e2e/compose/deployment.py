"""A deployment of the Compose file in a folder: its files, jobs and programs."""

import asyncio
import contextlib
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Final

from adapters.files.partner_profiles import load_profiles
from local.stack.postgres import executables, start_database
from local.stack.profiles import generate_secret
from local.stack.supervisor import Supervisor
from tests.e2e.compose.services import (
    GRACE_SECONDS,
    SERVICE_PATH,
    contained,
    without_rights,
)
from tests.support.compose import ROOT, SERVICES, images

DATABASE_PORT: Final = 5432
HEALTHY_SECONDS: Final = 60.0
CHECK_SECONDS: Final = 10.0
SETTINGS: Final = {
    "TICKETS_MAIL_FROM": "tickets@rewards.example",
    "TICKETS_SUPPORT_EMAIL": "help@rewards.example",
    "TICKETS_PUBLIC_URL": "https://tickets.rewards.example",
    "TICKETS_JWT_ISSUER": "https://platform.example",
    "TICKETS_JWT_AUDIENCE": "support-tickets",
}
"""What an operator writes into `.env`, beside the images."""


class Deployment:
    """Jobs and programs run as the Compose file says; what needs an image is the local stack's."""

    def __init__(self, folder: Path, supervisor: Supervisor) -> None:
        """Use an empty folder."""
        self.folder, self._supervisor = folder, supervisor
        self.secrets = folder / "deploy" / "secrets"
        self._variables = SETTINGS | images()
        self._programs: dict[str, asyncio.subprocess.Process] = {}

    async def prepare(self) -> None:
        """Do what `docs/operations.md` tells an operator to do first."""
        ignored = shutil.ignore_patterns("secrets", "partners.env", "gateway.env", "webhooks.env")
        shutil.copytree(ROOT / "deploy", self.folder / "deploy", ignore=ignored)
        await self.make_secrets()
        (self.secrets / "smtp_url").write_text("smtp://mailpit:1025")
        lines = []
        for profile in load_profiles(ROOT / "partners").values():
            if name := getattr(profile.channel, "secret", None):
                file = self.secrets / "partners" / profile.rules.id
                file.write_text(generate_secret())
                file.chmod(0o644)
                lines.append(f"{name}_FILE=/run/partner-secrets/{file.name}\n")
        (self.folder / "deploy" / "partners.env").write_text("".join(lines))
        gateway = self.folder / "deploy" / "gateway.env"
        gateway.write_text("TICKETS_JWT_SECRET_FILE=/run/secrets/jwt_secret\n")

    async def make_secrets(self) -> None:
        """Make what is missing, and new tokens."""
        script = self.folder / "deploy" / "make-secrets.sh"
        process = await asyncio.create_subprocess_exec("bash", str(script))
        assert await process.wait() == 0

    async def start_database(self) -> None:
        """Start PostgreSQL, and create the databases as its image does at its first start."""
        password = self.secret("postgres_password")
        await start_database(self._supervisor, self.folder / "data", DATABASE_PORT, password)
        where = "PGHOST=postgres PGPASSWORD=$(cat /run/secrets/postgres_password)"
        script = "sh /docker-entrypoint-initdb.d/create-databases.sh"
        programs = f"PATH={_programs_of_postgres()}:$PATH"
        await self.run_job("postgres", "sh", "-c", f"{programs} {where} {script}")

    async def run_job(self, service: str, *command: str) -> None:
        """Run a service, or another command in its place, to its end; raises `ProcessExited`."""
        await self._supervisor.run(contained(service, self._variables, self.folder, command))

    async def start(self, service: str) -> None:
        """Start a service and wait until its health check passes."""
        spec = contained(service, self._variables, self.folder)
        with (self.folder / f"{service}.log").open("wb") as log:
            self._programs[service] = await asyncio.create_subprocess_exec(
                *spec.command,
                cwd=spec.folder,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        kind, *check = SERVICES[service]["healthcheck"]["test"]
        assert kind == "CMD"
        deadline = time.monotonic() + HEALTHY_SECONDS
        while not await self._passes(service, check):
            assert self._programs[service].returncode is None, f"{service} ended"
            assert time.monotonic() < deadline, f"{service} is not healthy"
            await asyncio.sleep(0.2)

    async def stop(self, service: str) -> None:
        """End a service as an engine does; it has to end well within its grace."""
        process = self._programs.pop(service)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(GRACE_SECONDS):
            assert await process.wait() == 0, f"{service} ended with {process.returncode}"

    def inspect(self, service: str) -> None:
        """Check user, rights, root and environment of a running service."""
        proc = Path("/proc", str(self._programs[service].pid))
        lines = (line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        status = {name: value.split() for name, value in lines}
        assert set(status["Uid"]) == {"10001"}
        assert set(status["Gid"]) == {"10001"}
        assert status["Groups"] == []
        assert status["NoNewPrivs"] == ["1"]
        assert {int(status[f"Cap{kind}"][0], 16) for kind in ("Bnd", "Prm", "Eff", "Inh")} == {0}
        mounts = [line.split() for line in (proc / "mountinfo").read_text().splitlines()]
        read_only = {mount[4]: mount[5].startswith("ro") for mount in mounts}
        assert read_only["/"]
        assert [place for place in read_only if place.startswith(("/app", "/run", "/venv"))]
        writable = {place for place, is_ro in read_only.items() if not is_ro}
        assert {place for place in writable if not place.startswith(("/proc", "/dev"))} == {"/tmp"}  # noqa: S108
        environment = (proc / "environ").read_text()
        for file in self.secrets.rglob("*"):
            secret = file.read_text().strip() if file.is_file() else ""
            assert not secret or secret not in environment, file.name

    def secret(self, name: str) -> str:
        """Return what is in a secret's file."""
        return (self.secrets / name).read_text().strip()

    def logs(self) -> str:
        """Return the last lines of every log."""
        files = sorted({*self.folder.glob("*.log"), *self.folder.glob("logs/*.log")})
        tails = ((file.name, file.read_text(errors="replace").splitlines()[-25:]) for file in files)
        return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in tails)

    async def _passes(self, service: str, check: list[str]) -> bool:
        """Run a check in a running service, as an engine does."""
        place = ("--target", str(self._programs[service].pid), "--mount", "--root", "--wd")
        process = await asyncio.create_subprocess_exec(
            *("nsenter", *place, *without_rights(service), *check),
            env={"PATH": SERVICE_PATH},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CHECK_SECONDS):
                return await process.wait() == 0
        process.kill()
        return False


def _programs_of_postgres() -> str:
    """Where `psql` is in a contained service."""
    return f"/venv/{executables().relative_to(Path(sys.prefix))}"
