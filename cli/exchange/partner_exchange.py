"""What exports and imports share: one partner, its rules, and the database."""

import sys
from collections.abc import Awaitable, Callable

from temporalio.service import RPCError

from adapters.files.partner_profiles import load_profiles
from adapters.postgres.database import Database
from cli.command import ExitCode, usage_error
from domain.errors import TransientError
from domain.partners.rules import PartnerRules
from process.database import open_database
from settings.loading import load_worker_settings

Exchange = Callable[[Database, PartnerRules], Awaitable[int]]


async def run_for_partner(partner_id: str, exchange: Exchange) -> int:
    """Run `exchange` with the database and the partner's rules.

    Returns `UNAVAILABLE` if a service does not answer. Raises `InvalidConfiguration`.
    """
    settings = load_worker_settings()
    profile = load_profiles(settings.partners_dir).get(partner_id)
    if profile is None:
        return usage_error(f"no partner {partner_id!r} in {settings.partners_dir}")
    try:
        async with open_database(settings, settings.database_pool_size, "cli") as database:
            return await exchange(database, profile.rules)
    except (TransientError, RPCError) as error:
        print(f"stopped, run it again: {error}", file=sys.stderr)
        return ExitCode.UNAVAILABLE
