"""Types of JSON whose content is not known here."""

from collections.abc import Mapping
from typing import Any

JsonObject = dict[str, Any]
"""A JSON object that is built or changed."""
JsonMapping = Mapping[str, Any]
"""A JSON object that is only read."""
