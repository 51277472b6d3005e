"""The partner profiles of the example claims, as the local stack loads them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.partners.profile import PartnerProfile
from local.stack.profiles import read_profiles

ROOT: Final = Path(__file__).resolve().parents[3]
NOW: Final = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
PROFILES: Final = {
    key: PartnerProfile.from_file(content)
    for key, content in read_profiles(
        ROOT / "partners", ROOT / "local" / "stack" / "overlays"
    ).items()
}
