"""Strength of secrets, and secrets shared between settings. No secret is ever shown."""

import base64
import re
from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Final

MIN_SECRET_LENGTH: Final = 32
"""In characters, for signing secrets."""
WEBHOOK_KEY_PREFIX: Final = "whsec_"
"""Prefix of Standard Webhooks secrets; base64 of 24 to 64 bytes follows."""
_MIN_DISTINCT_BYTES: Final = 8
_COMMON_WORDS: Final = re.compile(
    rb"passw|secret|change.?me|example|default|letmein|qwert|asdfg|12345678|abcdefgh|00000000|placeholder",
    re.IGNORECASE,
)
"""Parts of weak passwords and examples; sequences are too long for random hexadecimal digits."""


def decode_webhook_secret(secret: str) -> bytes | None:
    """Return the key of a Standard Webhooks secret, `None` if it is malformed."""
    try:
        key = base64.b64decode(secret.removeprefix(WEBHOOK_KEY_PREFIX), validate=True)
    except ValueError:
        return None
    return key if secret.startswith(WEBHOOK_KEY_PREFIX) and 24 <= len(key) <= 64 else None


def is_weak(key: bytes) -> bool:
    """Return whether a key is guessable: few different characters, repeated patterns, sequences of
    neighbours, or words.
    """
    half = len(key) // 2
    repeats = any(key[step:] == key[:-step] for step in range(1, half + 1))
    steps = sum(abs(a - b) <= 1 for a, b in pairwise(key))
    few = len(set(key)) < _MIN_DISTINCT_BYTES
    return few or repeats or steps > half or _COMMON_WORDS.search(key) is not None


def find_shared_secret(settings: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the names of the first two settings that share a secret, in any spelling.

    During rotation a setting holds several secrets, separated by spaces.
    """
    keys = {name: _keys(secrets) for name, secrets in settings.items()}
    pairs = combinations(keys, 2)
    return next(((one, other) for one, other in pairs if keys[one] & keys[other]), None)


def _keys(secrets: str) -> set[bytes]:
    plain = [secret.removeprefix(WEBHOOK_KEY_PREFIX) for secret in secrets.split()]
    decoded = (decode_webhook_secret(WEBHOOK_KEY_PREFIX + secret) for secret in plain)
    return {secret.rstrip("=").encode() for secret in plain} | {key for key in decoded if key}
