"""Files a member's form under its key (R25, docs/requirements.md, "Pages")."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, NamedTuple

from gateway.claim_filing import FilingResult, file_claim
from gateway.pages.member.access import MemberRequest
from gateway.pages.member.form_key import FormKey
from gateway.pages.member.result import ACCEPTED_STATUSES, is_accepted


class FilingCase(Enum):
    """What was filed under the form's key before."""

    SAME_OR_NOTHING = auto()
    """Nothing, or the same claim: the result is that of the key."""
    OTHER_WAS_ACCEPTED = auto()
    """Another claim, which became a ticket: what was changed in the form since is not filed."""
    OTHER_WAS_REFUSED = auto()
    """Another claim, which was refused: the correction is filed under a key of its own."""


class FormFiling(NamedTuple):
    """A filed form: its case, and the key under which its result is found."""

    case: FilingCase
    key: FormKey
    result: FilingResult

    @property
    def is_final(self) -> bool:
        """Say whether the page of the key shows the result: a ticket, or "still processing"."""
        admission = self.result.result
        return admission is None or admission.status in ACCEPTED_STATUSES


async def file_or_recover(
    member: MemberRequest, key: FormKey, claim: Mapping[str, Any]
) -> FormFiling:
    """File a claim under the key of its form; a claim corrected after a refusal gets its own key.

    Raises `TransientError` or `RPCError` while Temporal or the database is unavailable.
    """
    result = await file_claim(member.context, claim, key.request_key)
    if not _is_key_conflict(result):
        return FormFiling(FilingCase.SAME_OR_NOTHING, key, result)
    if await is_accepted(member, key):
        return FormFiling(FilingCase.OTHER_WAS_ACCEPTED, key, result)
    corrected = key.for_correction(claim)
    result = await file_claim(member.context, claim, corrected.request_key)
    if _is_key_conflict(result):
        return FormFiling(FilingCase.OTHER_WAS_ACCEPTED, corrected, result)
    return FormFiling(FilingCase.OTHER_WAS_REFUSED, corrected, result)


def _is_key_conflict(filing: FilingResult) -> bool:
    reasons = filing.result.reasons if filing.result else ()
    return any(reason.code == "key_reused" for reason in reasons)
