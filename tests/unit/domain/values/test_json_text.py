"""Strict JSON, and the digest of its content."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values.json_text import MAX_MESSAGE_BYTES, content_digest, parse_json
from tests.support.builders import claim_content

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff\xfe\xfd",
        b"hello",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 1} {"b": 2}',
        b"NaN",
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b'{"amount": -Infinity}',
        b'{"amount": 1e999}',
        b"9" * 5_000,
        b"[" * 100_000,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'"' + b"x" * MAX_MESSAGE_BYTES + b'"',
        *[
            '{"a": "ż"}'.encode(f"utf-{bits}{end}")
            for bits in (16, 32)
            for end in ("", "-le", "-be")
        ],
        *["1".encode(f"utf-{bits}{end}") for bits in (16, 32) for end in ("", "-le", "-be")],
        b'"\xed\xa0\x80"',
        b'"\xed\xa0\xbd\xed\xb8\x80"',
        b'{"\xed\xbf\xbf": 1}',
        b'"\xc0\x80"',
    ],
    ids=lambda raw: raw[:20].decode(errors="replace"),
)
def test_invalid_json_is_parsed_as_none(raw: bytes) -> None:
    assert parse_json(raw) is None


def test_a_message_of_the_maximum_length_is_parsed() -> None:
    text = "x" * (MAX_MESSAGE_BYTES - 2)
    assert parse_json(b'"' + text.encode() + b'"') == text


@given(st.binary())
def test_any_bytes_are_parsed_without_raising(raw: bytes) -> None:
    parse_json(raw)


@given(JSON)
def test_parsed_json_equals_its_content(content: object) -> None:
    assert parse_json(json.dumps(content).encode()) == content


def reordered(content: Any) -> Any:
    """The same JSON with every object's keys in reverse."""
    if isinstance(content, dict):
        return {key: reordered(content[key]) for key in reversed(content)}
    return [reordered(item) for item in content] if isinstance(content, list) else content


@given(JSON)
def test_the_digest_does_not_depend_on_the_order_of_keys(content: object) -> None:
    assert content_digest(content) == content_digest(reordered(content))


def test_different_claims_have_different_digests() -> None:
    claims = [claim_content(), claim_content(link_id="lnk-78"), claim_content(answers={}), None, {}]
    assert len({content_digest(claim) for claim in claims}) == len(claims)


def test_all_parsed_content_has_a_digest() -> None:
    """Also if the digest is computed deeper in the call stack."""
    depth = max(n for n in range(100, 1100, 10) if parse_json(b"[" * n + b"]" * n) is not None)
    content = parse_json(b"[" * depth + b"]" * depth)

    def digest_at(depth: int) -> str:
        return digest_at(depth - 1) if depth else content_digest(content)

    assert len(digest_at(100)) == 64


def test_a_byte_order_mark_is_no_content() -> None:
    assert parse_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}
    assert parse_json(b'\xef\xbb\xbf\xef\xbb\xbf{"a": 1}') is None
