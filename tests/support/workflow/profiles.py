"""Partners' profiles that point to the partner server of the test."""

import functools
import json
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import HttpUrl

from domain.partners.channels import CsvChannel
from domain.partners.profile import PartnerProfile
from local.stack.profiles import merge_overlay
from tests.support.workflow.partner_server import SECRET

PARTNERS: Final = Path(__file__).resolve().parents[3] / "partners"


def profiles(base_url: str, changes: dict[str, Any]) -> dict[str, PartnerProfile]:
    """Every partner of `partners/` at the test's own server, with these changes to their files."""
    ids = sorted(path.stem for path in PARTNERS.glob("*.toml"))
    return {one: build_profile(one, base_url, changes.get(one, {})) for one in ids}


def secrets() -> dict[str, str]:
    """The environment that these partners need."""
    known = profiles("http://nowhere.invalid", {}).values()
    return {one.channel.secret: SECRET for one in known if not isinstance(one.channel, CsvChannel)}


def build_profile(partner_id: str, base_url: str, changes: dict[str, Any]) -> PartnerProfile:
    """A partner of `partners/` at the test's own server, with these changes to its file."""
    profile = _load_profile(partner_id, json.dumps(changes))
    address = HttpUrl(f"{base_url}/{partner_id}")
    channel = profile.channel.model_copy(update={"address": address, "timeout_seconds": 5})
    return profile.model_copy(update={"channel": channel})


@functools.cache
def _load_profile(partner_id: str, changes: str) -> PartnerProfile:
    """Read a file once: to check one takes longer than to set the rest of an environment."""
    content = tomllib.loads((PARTNERS / f"{partner_id}.toml").read_text())
    return PartnerProfile.from_file(merge_overlay(content, json.loads(changes)))
