"""Where a refused action's code is shown on the page."""

from typing import Final

_FIELDS: Final = {"reward_required": "confirm_amount", "wrong_currency": "confirm_amount"}
_CONTRADICTING_FACTS: Final = frozenset(
    {
        "no_link",
        "link_does_not_fit",
        "reward_granted",
        "reward_invalid",
        "reward_not_rejected",
        "reward_registered",
    }
)
_WITH_TEXT: Final = frozenset(
    {
        "reward_required",
        "wrong_currency",
        "approval_by_another",
        "action_not_allowed",
        "key_reused",
        "unavailable",
        "workflow_lost",
    }
)
"""Codes that the catalog's table `[errors]` has a text for."""


def field_error_for(code: str) -> dict[str, str]:
    """Return a refusal's error code by the field it concerns, or by "" for the whole form."""
    if code in _CONTRADICTING_FACTS:
        error = "contradicting_facts"
    else:
        error = code if code in _WITH_TEXT else "other"
    return {_FIELDS.get(code, ""): error}
