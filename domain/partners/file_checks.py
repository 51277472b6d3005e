"""Checks of several keys of a file: pydantic repeats them for instances, also for stored ones."""

from typing import Final

from pydantic import ValidationInfo

FROM_FILE: Final = {"from_file": True}
"""Validation context of a partner's file; pydantic runs validators of instances without it."""


def is_from_file(info: ValidationInfo) -> bool:
    """Return whether the validated content comes from a partner's file."""
    return info.context is FROM_FILE
