"""What operators do to single tickets, from the command line of `worker.py`: mail, repair."""

import argparse
from collections.abc import Awaitable, Callable, Sequence

from temporalio.client import Client

from activities.emails import AnswerLinkFactory, EmailActivities
from adapters.email.renderer import LetterBook
from adapters.email.smtp import MailDoor
from adapters.files.partner_profiles import load_profiles
from adapters.postgres.database import Postgres
from domain.errors import RequestRejected
from domain.values.email_addresses import normalize_email
from domain.values.ticket_number import parse_number
from settings import WorkerSettings, load_worker_settings, public_base_url
from workflows.email_resending import SENT, resend_emails
from workflows.resumption import find_lost_tickets, repair_ticket

Connect = Callable[[], Awaitable[Client]]


async def run(arguments: Sequence[str], connect: Connect) -> int:
    """Run `mail` or `repair`; 0 for done, 3 where something could not be done."""
    options = _parser().parse_args(arguments)
    settings, client = load_worker_settings(), await connect()
    cache = settings.statement_cache
    async with Postgres.connect(settings.database_url, statement_cache=cache) as postgres:
        if options.command == "repair":
            return await _repair(postgres, client, options)
        return await _mail(postgres, client, settings, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="worker.py")
    commands = parser.add_subparsers(dest="command", required=True)
    mail = commands.add_parser("mail", help="send a ticket's letters that have not left once more")
    mail.add_argument("number", type=_number, metavar="NUMBER")
    mail.add_argument("--to", type=_address, metavar="ADDRESS", help="where the known one is wrong")
    lost = commands.add_parser("repair", help="take tickets up again that no workflow leads")
    lost.add_argument("numbers", nargs="*", type=_number, metavar="NUMBER")
    lost.add_argument("--dry-run", action="store_true", help="only say which tickets these are")
    return parser


async def _repair(postgres: Postgres, client: Client, options: argparse.Namespace) -> int:
    found = []
    for number in options.numbers or await find_lost_tickets(postgres, client):
        found.append(await repair_ticket(postgres, client, number, dry_run=options.dry_run))
        print(f"{number}: {found[-1]}", flush=True)
    return 3 if "nothing to do" in found else 0


async def _mail(
    postgres: Postgres, client: Client, settings: WorkerSettings, options: argparse.Namespace
) -> int:
    letters = _letters(postgres, settings)
    became = await resend_emails(postgres, client, letters, options.number, options.to)
    for key, what in became.items():
        print(f"{key}: {what}", flush=True)
    return 0 if set(became.values()) <= {SENT} else 3


def _letters(postgres: Postgres, settings: WorkerSettings) -> EmailActivities:
    door = MailDoor(settings.smtp_url, settings.mail_from, settings.support_email)
    address = public_base_url(settings, load_profiles(settings.partners_dir).values())
    secret = settings.signing_secret
    pages = AnswerLinkFactory(address, secret) if address and secret else None
    return EmailActivities(postgres, LetterBook(settings.support_email), door, pages)


def _number(text: str) -> str:
    try:
        return parse_number(text)
    except RequestRejected as error:
        raise argparse.ArgumentTypeError(f"no ticket number: {text!r}") from error


def _address(text: str) -> str:
    try:
        return normalize_email(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
