"""Secrets: which are strong enough to be one, and that no two uses share one. None is shown."""

import base64
import re
from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Final

MIN_SECRET_LENGTH: Final = 32
"""Characters of a secret of our own."""
WEBHOOK_KEY_PREFIX: Final = "whsec_"
"""How a secret begins that signs messages (Standard Webhooks); base64 of 24 to 64 bytes follows."""
_FEWEST_DIFFERENT: Final = 8
_WORDS: Final = re.compile(
    rb"passw|secret|change.?me|example|default|letmein|qwert|asdfg|12345|abcde|00000|placeholder",
    re.IGNORECASE,
)
"""What people and examples write; by chance it stands in one of many millions of random secrets."""


def decode_webhook_secret(secret: str) -> bytes | None:
    """Return the key behind a secret that signs messages; `None` where it is none."""
    try:
        key = base64.b64decode(secret.removeprefix(WEBHOOK_KEY_PREFIX), validate=True)
    except ValueError:
        return None
    return key if secret.startswith(WEBHOOK_KEY_PREFIX) and 24 <= len(key) <= 64 else None


def is_weak(key: bytes) -> bool:
    """Say whether a key can be guessed: few different characters, one pattern over and over, a
    row of neighbours, or words.
    """
    half = len(key) // 2
    repeats = any(key[step:] == key[:-step] for step in range(1, half + 1))
    steps = sum(abs(a - b) <= 1 for a, b in pairwise(key))
    few = len(set(key)) < _FEWEST_DIFFERENT
    return few or repeats or steps > half or _WORDS.search(key) is not None


def find_shared_secret(settings: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the names of the first two settings with a secret in common, in whatever spelling.

    A setting holds several secrets with spaces between them while they rotate.
    """
    keys = {name: _keys(secrets) for name, secrets in settings.items()}
    pairs = combinations(keys, 2)
    return next(((one, other) for one, other in pairs if keys[one] & keys[other]), None)


def _keys(secrets: str) -> set[bytes]:
    plain = [secret.removeprefix(WEBHOOK_KEY_PREFIX) for secret in secrets.split()]
    decoded = (decode_webhook_secret(WEBHOOK_KEY_PREFIX + secret) for secret in plain)
    return {secret.rstrip("=").encode() for secret in plain} | {key for key in decoded if key}
