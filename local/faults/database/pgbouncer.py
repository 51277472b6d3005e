"""PgBouncer in transaction mode, which gives each transaction another connection."""

import os
import shutil
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from domain.errors import InvalidConfiguration
from local.stack.ports import HOST
from local.stack.supervisor import ProcessSpec

NAME: Final = "pgbouncer"
USER: Final = "nobody" if os.geteuid() == 0 else ""
"""It refuses to run as root."""
PROGRAM: Final = os.environ.get("PGBOUNCER", "pgbouncer")


def find_program() -> str:
    """Return its path; raises `InvalidConfiguration` if it is not installed."""
    found = shutil.which(PROGRAM) or shutil.which(PROGRAM, path="/usr/sbin")
    if found is None:
        raise InvalidConfiguration(
            "this machine", NAME, "expected to be installed, as Debian has it"
        )
    return found


def pgbouncer(folder: Path, port: int, url: str, pool_size: int) -> ProcessSpec:
    """Return how to run it in `folder` in front of the database at `url`, with so many connections
    to it.
    """
    server = urlsplit(url)
    folder.mkdir(exist_ok=True)
    write_users(folder, server.username or "", server.password or "")
    (folder / "pgbouncer.ini").write_text(
        f"""
[databases]
* = host={server.hostname} port={server.port}
[pgbouncer]
listen_addr = {HOST}
listen_port = {port}
unix_socket_dir =
auth_type = plain
auth_file = {folder / "users.txt"}
pool_mode = transaction
default_pool_size = {pool_size}
server_login_retry = 1
"""
    )
    for path in (folder, *folder.iterdir()) if USER else ():
        shutil.chown(path, USER)
    command = (find_program(), "-q", str(folder / "pgbouncer.ini"))
    return ProcessSpec(NAME, command, folder=folder, user=USER)


def write_users(folder: Path, role: str, password: str) -> None:
    """Write the password that it expects and uses; a running one reads it at SIGHUP."""
    (folder / "users.txt").write_text(f'"{role}" "{password}"\n')
