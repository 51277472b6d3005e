"""What a member may choose on the form, in words: links and rejected rewards, each with its dates
(R15, R16); what is not possible yet, or any more, says why and from or until when.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from adapters.postgres.account_links import known_of
from domain.claims.claim import LinkKind
from domain.claims.claimable_links import (
    AccountHistory,
    ClaimableLink,
    list_claimable,
    market_dates,
)
from domain.partners.profile import ClaimKind, PartnerRules
from domain.values.types import FrozenModel
from gateway.context import AppContext
from gateway.i18n import catalog
from gateway.pages.rendering import Writes


class Offer(FrozenModel):
    """A choice as the page shows it: `told` are lines under its title; closed ones say `why`."""

    value: str
    partner: str
    title: str
    told: tuple[str, ...]
    why: str = ""
    is_open: bool = True
    is_early: bool = False


class Choices(FrozenModel):
    """All that an account may choose for a kind, and what is known of the account."""

    known: AccountHistory
    found: tuple[ClaimableLink, ...]

    def named(self, value: str) -> ClaimableLink | None:
        """Return the choice of this value, if it can be filed."""
        return next((one for one in self.found if value_of(one) == value and may_file(one)), None)


async def choices_of(context: AppContext, account_id: str, kind: ClaimKind) -> Choices:
    """Look up what an account may choose."""
    partners = {name: profile.rules for name, profile in context.profiles.items()}
    known = await known_of(context.postgres, account_id, kind, market_dates(partners, context.now))
    return Choices(known=known, found=list_claimable(kind, known, partners, context.now))


def value_of(choice: ClaimableLink) -> str:
    """Return what names a choice in an address: the reward's id, or the link's."""
    return choice.reward_id or choice.link_id or ""


def may_file(choice: ClaimableLink) -> bool:
    """Say whether a claim for this choice may be filed now."""
    return choice.status in ("open", "held")


def offered(context: AppContext, language: str, choices: Iterable[ClaimableLink]) -> list[Offer]:
    """Put choices into words."""
    said, writes = catalog("member", language)["choices"], Writes(context, language)
    return [
        Offer(
            value=value_of(one),
            partner=one.partner_name,
            title=_title(one, said, writes),
            told=tuple(_told(one, said, writes, context.profiles[one.partner_id].rules)),
            why=_why(context, language, one),
            is_open=may_file(one),
            is_early=one.status == "not_yet",
        )
        for one in choices
    ]


def _title(choice: ClaimableLink, said: Mapping[str, str], writes: Writes) -> str:
    name = "cashback" if choice.kind is LinkKind.CASHBACK else "referral"
    if choice.reward_id:
        return said[f"reward_{name}"].format(day=writes.day(choice.reward_changed_on))
    return said[name].format(day=writes.day(choice.clicked_on))


def _told(
    choice: ClaimableLink, said: Mapping[str, str], writes: Writes, rules: PartnerRules
) -> Iterable[str]:
    if choice.order_number:
        yield said["order"].format(number=choice.order_number)
    if choice.amount:
        yield said["amount"].format(amount=writes.money(choice.amount.model_dump(mode="json")))
    if not may_file(choice):
        return
    if choice.status == "held":
        moment = writes.moment(choice.available_from, rules.market.zone)
        yield said["held"].format(moment=moment)
    if choice.reward_id:
        yield said["until"].format(day=writes.day(choice.last_day))
    elif choice.orders_from != choice.clicked_on:
        yield said["orders_from"].format(day=writes.day(choice.orders_from))
    else:
        yield said["until_order"].format(day=writes.day(choice.last_day))


def _why(context: AppContext, language: str, choice: ClaimableLink) -> str:
    if may_file(choice) or choice.reason is None:
        return ""
    told: dict[str, Any] = choice.model_dump(mode="json", include={"last_day", "existing_ticket"})
    if moment := choice.available_from:
        zone = context.profiles[choice.partner_id].rules.market.zone
        told["available_from"] = moment.astimezone(zone).isoformat()
    return context.emails.reason(language, choice.reason, None, told)
