"""Partner files: one TOML per partner, read once at the start; any error in one stops the start.

Each fault is a `InvalidConfiguration` with the file, the dotted key (`fields.2.label`, counted from
0; the line where a file is no TOML at all) and what was expected there.
"""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from adapters.files.profile_errors import misconfigured
from domain.errors import InvalidConfiguration
from domain.partners.profile import PartnerProfile

_LINE: Final = re.compile(r"at line ([0-9]+)")


def load_profiles(folder: Path) -> dict[str, PartnerProfile]:
    """Read every `<id>.toml` of `folder`, by id; raises `InvalidConfiguration` for the first
    fault.
    """
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise InvalidConfiguration(
            "environment",
            "TICKETS_PARTNERS_DIR",
            f"expected a folder with a file for each partner, such as velotel.toml: {folder}",
        )
    return {file.stem: _profile(file) for file in files}


def _profile(file: Path) -> PartnerProfile:
    content = _content(file)
    try:
        profile = PartnerProfile.from_file(content)
    except ValidationError as error:
        raise misconfigured(file, error) from error
    # So no two files can describe the same partner.
    if profile.rules.id != file.stem:
        raise InvalidConfiguration(str(file), "id", f'expected "{file.stem}", as the file is named')
    return profile


def _content(file: Path) -> dict[str, Any]:
    """Parse the file; an error of TOML is reported with its line as the key."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InvalidConfiguration(
            str(file), "file", f"expected to be readable: {error}"
        ) from error
    try:
        return tomllib.loads(raw.decode())
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InvalidConfiguration(str(file), f"line {line}", "expected text in UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        # A message without a line is about the end of the document.
        found = _LINE.search(str(error))
        line = int(found[1]) if found else raw.count(b"\n") + 1
        raise InvalidConfiguration(str(file), f"line {line}", f"expected TOML: {error}") from error
