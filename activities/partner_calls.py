"""Calling partners: a claim goes out under its idempotency key, through the partner's current
channel.
"""

from collections.abc import Mapping
from typing import Any

from temporalio import activity

from activities.pace import Pace
from adapters.partner_http import PartnerDoor
from adapters.postgres import Postgres
from domain.errors import PartnerContractFault
from domain.messages import Delivered
from domain.partner import PartnerProfile
from domain.shapes import Frozen


class Delivery(Frozen):
    """A claim to be delivered; number and purpose make its idempotency key."""

    number: str
    partner_id: str
    purpose: str


class PartnerCalls:
    """The activities of the queue `partner-calls`."""

    def __init__(
        self,
        postgres: Postgres,
        profiles: Mapping[str, PartnerProfile],
        door: PartnerDoor,
        pace: Pace,
    ) -> None:
        """Take claims from `postgres`, channels from `profiles`, and call through `door`, each
        partner at its `pace`.
        """
        self._postgres = postgres
        self._profiles = profiles
        self._door = door
        self._pace = pace

    @activity.defn(name="deliver_claim")
    async def deliver(self, delivery: Delivery) -> Delivered:
        """Deliver a claim; raises the errors of `adapters/partner_http.py` and of its pace."""
        profile = self._profiles.get(delivery.partner_id)
        if profile is None:
            raise PartnerContractFault(f"{delivery.partner_id} has no profile any more")
        key = f"{delivery.number}-{delivery.purpose}"
        with self._pace.turn(delivery.partner_id, profile.channel, key):
            row = await self._postgres.one("claim_to_deliver", number=delivery.number)
            if row is None:
                raise PartnerContractFault(f"{delivery.number} is not in the books any more")
            reference = await self._door.deliver(profile.channel, key, {"claim": _claim(row)})
        return Delivered(reference=reference)


def _claim(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the partner's form asks for, and nothing else (contract.md)."""
    clicked_at = row["clicked_at"]
    note = {"note": row["information_note"]} if row["information_note"] else {}
    return {
        **note,
        "number": row["number"],
        "kind": row["kind"],
        "ordered_on": row["ordered_on"].isoformat() if row["ordered_on"] else None,
        "answers": row["answers"],
        "link": {
            "id": row["link_id"],
            "clicked_at": clicked_at.isoformat() if clicked_at else None,
        },
    }
