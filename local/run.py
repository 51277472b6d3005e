"""`python -m local run`: the stack stays up until Ctrl-C or SIGTERM."""

import asyncio
import re
import signal
from pathlib import Path

import httpx

from local.stack.ports import Ports
from local.stack.stack import START_TIMEOUT_SECONDS, Stack

ADDRESS_LABELS = {
    "Try it here": "platform",
    "Temporal UI": "temporal_ui",
    "E-mails": "mailbox",
    "Partner simulator": "partner_simulator",
    "Gateway": "gateway",
    "Temporal": "temporal_address",
    "PostgreSQL": "database_url",
    "SMTP": "smtp_url",
}
HINTS = """\
What to try
  {platform:34}  file a claim as a member, work on it as an agent
  {mailbox:34}  the e-mails to members, and to partners served by e-mail
  {temporal_ui:34}  the tickets and their histories
  {api:34}  the API for programs
  {logs:34}  the logs of all programs
  {file:34}  addresses for programs, with the database's password
  make demo                           in another terminal: the examples, on a separate stack
Ctrl-C stops everything; the state is stored in {state}."""


async def run(state: Path, partners: Path) -> None:
    """Run the stack until a signal; raises `LocalError` or `InvalidConfiguration`."""
    _cancel_on_signals()
    _print_line(f"Starting the local stack; logs are in {state}/logs ...")
    async with Stack(
        state, Ports.from_environment(), partners_dir=partners, report=_print_line
    ) as stack:
        await stack.supervisor.run_while_healthy(_seed_platform(stack.addresses["platform"]))
        _print_line(summary(stack))
        await stack.wait()


async def _seed_platform(platform: str) -> None:
    """Seed the platform's accounts, unless they are."""
    async with httpx.AsyncClient(
        trust_env=False, timeout=START_TIMEOUT_SECONDS, follow_redirects=True
    ) as http:
        (await http.post(f"{platform}/seed?first")).raise_for_status()


def summary(stack: Stack) -> str:
    """Every address, one a line, and what to try."""
    width = max(map(len, ADDRESS_LABELS))
    lines = [
        f"  {title:<{width}}  {_without_password(stack.addresses[key])}"
        for title, key in ADDRESS_LABELS.items()
        if stack.addresses[key]
    ]
    state = _shortened(stack.state)
    values = {
        "state": state,
        "logs": f"{state}/logs",
        "file": f"{state}/stack.json",
        "api": stack.addresses["gateway"] + "/openapi.json",
    }
    hints = HINTS.format(**stack.addresses, **values)
    return "\n".join(["", "The local stack is running", *lines, "", hints])


def _without_password(address: str) -> str:
    """The address as it may be shown."""
    return re.sub(r"(?<=://)([^:@/]+):[^@/]*@", r"\1@", address)


def _shortened(path: Path) -> Path:
    """The path as seen from here, where that is shorter."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _print_line(line: str) -> None:
    print(line, flush=True)


def _cancel_on_signals() -> None:
    """Let SIGINT and SIGTERM cancel this task, so that everything is stopped in order."""
    task = asyncio.current_task()
    if task is not None:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, task.cancel)
