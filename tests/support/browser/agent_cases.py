"""Cases of the agent pages."""

from typing import Final

LANGUAGES: Final = {"pl": "pl-PL", "de": "de-DE", "en": "en-GB"}
