"""A partner's file as a whole: its rules and its channel."""

from typing import Any, Self

from domain.partners.channels import Channel
from domain.partners.file_checks import FROM_FILE
from domain.partners.rules import PartnerRules
from domain.values.types import StrictModel


class PartnerProfile(StrictModel):
    """The rules that tickets are admitted under, and the current channel of claims."""

    rules: PartnerRules
    channel: Channel

    @classmethod
    def from_file(cls, content: dict[str, Any]) -> Self:
        """Build a profile from a parsed file: the rules' keys at the top, the channel a table."""
        channel = {"channel": content["channel"]} if "channel" in content else {}
        rules = {key: value for key, value in content.items() if key != "channel"}
        return cls.model_validate({"rules": rules, **channel}, context=FROM_FILE)
