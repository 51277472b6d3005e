"""Checks across settings: no secret is used twice, URLs lead to the Internet."""

from collections.abc import Iterable, Mapping

from domain.errors import InvalidConfiguration
from domain.partners.channels import HttpChannel
from domain.partners.profile import PartnerProfile
from settings.network_hosts import is_public_https_url
from settings.runtime import ServiceSettings
from settings.secrets import reject_shared_secrets


def check_secrets_and_addresses(
    settings: ServiceSettings, partners: Mapping[str, str], profiles: Iterable[PartnerProfile]
) -> None:
    """Raise `InvalidConfiguration` for a secret with two uses or a private partner address."""
    own = {
        str(field.alias): getattr(settings, name)
        for name, field in type(settings).model_fields.items()
        if str(field.alias).endswith("_SECRET")
    }
    reject_shared_secrets({**own, **partners})
    for profile in profiles:
        channel = profile.channel
        if isinstance(channel, HttpChannel) and not settings.allow_private_addresses:
            file = settings.partners_dir / f"{profile.rules.id}.toml"
            _reject_private_address(str(file), "channel.address", str(channel.address))


def reject_private_addresses(settings: ServiceSettings) -> None:
    """Raise `InvalidConfiguration` for plain http or a private network, unless they are allowed."""
    if settings.allow_private_addresses:
        return
    for name in ("public_url", "jwks_url", "webhook_url"):
        if address := getattr(settings, name, None):
            alias = str(type(settings).model_fields[name].alias)
            _reject_private_address("environment", alias, str(address))


def _reject_private_address(file: str, key: str, address: str) -> None:
    if not is_public_https_url(address):
        expected = "expected https:// and a host of the Internet (else set"
        raise InvalidConfiguration(file, key, f"{expected} TICKETS_ALLOW_PRIVATE_ADDRESSES=true)")
