"""Calling partners: a claim goes out under its idempotency key, through the partner's current
channel.
"""

from collections.abc import Mapping
from typing import Any

from temporalio import activity

from activities.partner_email import PartnerEmailChannel
from activities.partner_limiter import PartnerLimiter
from adapters.email.claim_fields import claim_of
from adapters.http.webhook_client import PartnerDoor
from adapters.postgres.database import Postgres
from adapters.postgres.exports import hand_over
from domain.errors import PartnerRejectedRequest
from domain.partners.profile import CsvChannel, EmailChannel, HttpChannel, PartnerProfile
from domain.tickets.messages.internal import Delivered
from domain.values.types import FrozenModel


class DeliveryRequest(FrozenModel):
    """A claim to be delivered; number and purpose make its idempotency key."""

    number: str
    partner_id: str
    purpose: str


class ClaimDelivery:
    """The activities of the queue `partner-calls`."""

    def __init__(
        self,
        postgres: Postgres,
        profiles: Mapping[str, PartnerProfile],
        door: PartnerDoor,
        limiter: PartnerLimiter,
        post: PartnerEmailChannel | None = None,
    ) -> None:
        """Take claims from `postgres`, channels from `profiles`; call through `door`, write by
        `post`, leave in `postgres` what is exported as a file, each partner at its `pace`.
        """
        self._postgres = postgres
        self._profiles = profiles
        self._door = door
        self._limiter = limiter
        self._post = post

    @activity.defn(name="deliver_claim")
    async def deliver(self, delivery: DeliveryRequest) -> Delivered:
        """Deliver a claim through its partner's channel, once under its key; raises the errors of
        `domain/errors.py`.

        For a file that means: it waits to be exported.
        """
        profile = self._profiles.get(delivery.partner_id)
        if profile is None:
            raise PartnerRejectedRequest(f"{delivery.partner_id} has no profile any more")
        key = f"{delivery.number}-{delivery.purpose}"
        with self._limiter.acquire(delivery.partner_id, profile.channel, key):
            row = await self._postgres.one("claim_to_deliver", number=delivery.number)
            if row is None:
                raise PartnerRejectedRequest(f"{delivery.number} is not in the books any more")
            return Delivered(reference=await self._send(profile, delivery, claim_of(row)))

    async def _send(
        self, profile: PartnerProfile, delivery: DeliveryRequest, claim: Mapping[str, Any]
    ) -> str | None:
        match profile.channel:
            case HttpChannel() as channel:
                key = f"{delivery.number}-{delivery.purpose}"
                return await self._door.deliver(channel, key, {"claim": claim})
            case EmailChannel() as channel:
                if self._post is None:
                    raise PartnerRejectedRequest(
                        f"{delivery.partner_id}: nobody writes letters here"
                    )
                await self._post.send(profile.rules, channel, delivery.purpose, claim)
            case CsvChannel():
                await hand_over(self._postgres, delivery.partner_id, delivery.purpose, claim)
        return None
