"""The worker's configuration: its settings and the partners' files, checked together."""

import os

from adapters.email.smtp import SmtpMailer
from adapters.files.partner_profiles import load_profiles
from domain.partners.profile import PartnerProfile
from process.temporal import connection_options
from settings.checks import check_secrets_and_addresses
from settings.loading import load_worker_settings
from settings.secrets import partner_secrets
from settings.worker import WorkerSettings, public_base_url


def validate_configuration() -> tuple[WorkerSettings, dict[str, PartnerProfile]]:
    """Return settings and profiles; raises `InvalidConfiguration` for the first error in either."""
    settings = load_worker_settings()
    connection_options()
    profiles = load_profiles(settings.partners_dir)
    secrets = partner_secrets(profiles.values(), os.environ)
    check_secrets_and_addresses(settings, secrets, profiles.values())
    public_base_url(settings, profiles.values())
    SmtpMailer(settings.smtp_url, settings.mail_from, settings.support_email)
    return settings, profiles
