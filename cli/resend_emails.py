"""`python -m cli mail`: send the e-mails of a ticket that have not been sent."""

import argparse

from activities.emails import EmailActivities
from activities.member_links import MemberLinkFactory
from adapters.email.renderer import EmailRenderer
from adapters.email.smtp import SmtpMailer
from adapters.files.partner_profiles import load_profiles
from adapters.postgres.database import Database
from cli.argument_types import email_address, number
from cli.command import Command, ExitCode
from process.database import open_database
from settings.loading import load_worker_settings
from settings.worker import WorkerSettings, public_base_url
from workflows.connection import connect
from workflows.email_resending import SENT, resend_emails


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the ticket's number and another address."""
    parser.add_argument("number", type=number, metavar="NUMBER")
    parser.add_argument(
        "--to", type=email_address, metavar="ADDRESS", help="instead of the stored address"
    )


async def run(options: argparse.Namespace) -> int:
    """Send the e-mails of the ticket that the options name; print one line for each."""
    settings, client = load_worker_settings(), await connect()
    async with open_database(settings, settings.database_pool_size, "cli") as database:
        emails = _emails(database, settings)
        results = await resend_emails(database, client, emails, options.number, options.to)
    for key, result in results.items():
        print(f"{key}: {result}", flush=True)
    return ExitCode.OK if set(results.values()) <= {SENT} else ExitCode.PARTIAL


def _emails(database: Database, settings: WorkerSettings) -> EmailActivities:
    mail = SmtpMailer(settings.smtp_url, settings.mail_from, settings.support_email)
    url = public_base_url(settings, load_profiles(settings.partners_dir).values())
    links = MemberLinkFactory.create(url, settings.signing_secret, settings.status_page)
    return EmailActivities(database, EmailRenderer(settings.support_email), mail, links)


COMMAND = Command("send the e-mails of a ticket that have not been sent", run, add_arguments)
