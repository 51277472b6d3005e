"""Addresses and environment variables of the programs of a local stack."""

import os
from collections.abc import Mapping
from pathlib import Path

from local.stack.ports import HOST, PREFIX, Ports
from local.stack.postgres import SERVICE_ROLE, database_url
from local.stack.temporal import NAMESPACE

MAIL_FROM = "tickets@rewards.example"
SUPPORT_EMAIL = "help@rewards.example"
ISSUER = "https://platform.rewards.example"
AUDIENCE = "support-tickets"
EXCLUDED_PREFIXES = (
    "TEMPORAL_",
    PREFIX,
    "TICKETS_METRICS_",
    "TICKETS_JWT_",
    "TICKETS_JWKS_",
    "TICKETS_WEBHOOK_",
)
"""Settings in the caller's environment that must not reach these programs."""
Addresses = dict[str, str]


def addresses(ports: Ports, password: str) -> Addresses:
    """The content of `stack.json` (docs/contract.md, "Commands")."""
    return {
        "temporal_address": f"{HOST}:{ports.temporal_port}",
        "temporal_ui": f"http://{HOST}:{ports.ui_port}",
        "database_url": database_url(ports.postgres_port, password, SERVICE_ROLE),
        "database_owner_url": database_url(ports.postgres_port, password),
        "smtp_url": f"smtp://{HOST}:{ports.smtp_port}",
        "mailbox": f"http://{HOST}:{ports.mailbox_port}",
        "gateway": f"http://{HOST}:{ports.gateway_port}",
        "platform": f"http://{HOST}:{ports.platform_port}",
        "partner_simulator": f"http://{HOST}:{ports.partners_port}",
    }


def environment(state: Path, where: Mapping[str, str]) -> dict[str, str]:
    """Our environment without settings for another Temporal, plus those of this stack."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(EXCLUDED_PREFIXES)
    }
    empty_profile = state / "temporal.toml"  # the caller's profile must not be used
    empty_profile.touch()
    own = {
        "DATABASE_URL": where["database_url"],
        "SMTP_URL": where["smtp_url"],
        "TEMPORAL_ADDRESS": where["temporal_address"],
        "TEMPORAL_NAMESPACE": NAMESPACE,
        "TEMPORAL_CONFIG_FILE": str(empty_profile),
        "TICKETS_ALLOW_PRIVATE_ADDRESSES": "true",
        "TICKETS_PARTNERS_DIR": str(state / "partners"),
        "TICKETS_GATEWAY_BIND": where["gateway"].removeprefix("http://"),
        "TICKETS_JWT_ISSUER": ISSUER,
        "TICKETS_JWT_AUDIENCE": AUDIENCE,
        "TICKETS_STATUS_PAGE": "link",
        "TICKETS_WEBHOOK_URL": f"{where['platform']}/webhooks",
        "TICKETS_TEMPORAL_UI_URL": where["temporal_ui"],
        "PYTHONUNBUFFERED": "1",
    }
    defaults = {
        "TICKETS_MAIL_FROM": MAIL_FROM,
        "TICKETS_SUPPORT_EMAIL": SUPPORT_EMAIL,
        "TICKETS_PUBLIC_URL": where["gateway"],
    }
    return defaults | inherited | own
