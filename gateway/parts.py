"""What every call of the gateway may use: opened once, when the gateway starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, Request
from temporalio.client import Client

from adapters.bearer import BearerTokens
from adapters.letters import LetterBook
from adapters.partner_http import PartnerDoor
from adapters.postgres import Postgres
from domain.partner import PartnerProfile
from settings import GatewaySettings


@dataclass(frozen=True)
class Parts:
    """The books, Temporal, the partners' files and secrets (by their names), and words."""

    settings: GatewaySettings
    profiles: Mapping[str, PartnerProfile]
    secrets: Mapping[str, str]
    postgres: Postgres
    client: Client
    tokens: BearerTokens
    book: LetterBook
    door: PartnerDoor

    @property
    def now(self) -> datetime:
        """This moment, in UTC."""
        return datetime.now(UTC)


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Have = Annotated[Parts, Depends(_parts)]
"""Asks for the parts in the signature of a call."""

JsonObject = dict[str, Any]
