"""Delivers claims to partners, under their idempotency keys and through the current channel."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from temporalio import activity

from activities.limits.partner_limiter import PartnerLimiter
from activities.partner_email import PartnerEmailChannel
from adapters.email.claim_fields import claim_payload
from adapters.http.webhook_client import WebhookClient
from adapters.postgres.clock import MAX_SKEW, clock_skew, utc_now
from adapters.postgres.database import Database
from adapters.postgres.partners.exports import enqueue_claim
from adapters.postgres.tickets.ticket_lookups import find_claim_to_deliver
from domain.errors import PartnerRejectedRequest, PartnerUnauthorised, PartnerUnavailable
from domain.partners.channels import CsvChannel, EmailChannel, HttpChannel
from domain.partners.profile import PartnerProfile
from domain.tickets.messages.internal import Delivered
from domain.values.types import FrozenModel


class DeliveryRequest(FrozenModel):
    """A claim to deliver; its number and the purpose form the idempotency key."""

    number: str
    partner_id: str
    purpose: str


class ClaimDelivery:
    """The activities of the queue `partner-calls`."""

    def __init__(
        self,
        database: Database,
        profiles: Mapping[str, PartnerProfile],
        client: WebhookClient,
        limiter: PartnerLimiter,
        email_channel: PartnerEmailChannel | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Deliver stored claims within each partner's limits.

        `email_channel` is needed only for partners whose channel is e-mail; `now` is our clock.
        """
        self._now = now
        self._database = database
        self._profiles = profiles
        self._client = client
        self._limiter = limiter
        self._email_channel = email_channel

    @activity.defn(name="deliver_claim")
    async def deliver(self, delivery: DeliveryRequest) -> Delivered:
        """Deliver a claim; for partners with CSV files, queue it for the next export.

        Raises the errors of partners and mail servers in `domain/errors.py`.
        """
        profile = self._profiles.get(delivery.partner_id)
        if profile is None:
            raise PartnerRejectedRequest(f"{delivery.partner_id} has no profile")
        key = f"{delivery.number}-{delivery.purpose}"
        with self._limiter.acquire(delivery.partner_id, profile.channel, key):
            claim = await find_claim_to_deliver(self._database, delivery.number)
            if claim is None:
                raise PartnerRejectedRequest(f"{delivery.number} is not stored")
            return Delivered(reference=await self._send(profile, delivery, claim_payload(claim)))

    async def _send(
        self, profile: PartnerProfile, delivery: DeliveryRequest, claim: Mapping[str, Any]
    ) -> str | None:
        match profile.channel:
            case HttpChannel() as channel:
                key = f"{delivery.number}-{delivery.purpose}"
                try:
                    return await self._client.deliver(channel, key, {"claim": claim})
                except PartnerUnauthorised:
                    await self._require_right_clock()
                    raise
            case EmailChannel() as channel:
                if self._email_channel is None:
                    raise PartnerRejectedRequest(
                        f"{delivery.partner_id}: e-mail to partners is not configured"
                    )
                await self._email_channel.send(profile.rules, channel, delivery.purpose, claim)
            case CsvChannel():
                await enqueue_claim(self._database, delivery.partner_id, delivery.purpose, claim)
        return None

    async def _require_right_clock(self) -> None:
        """Raise `PartnerUnavailable` while our clock is wrong: then signatures are refused that are
        right, and the call is repeated until the clock is.
        """
        skew = await clock_skew(self._database, self._now)
        if abs(skew) > MAX_SKEW:
            raise PartnerUnavailable(
                f"refuses our signature while our clock is {skew.total_seconds():.0f} s off"
            )
