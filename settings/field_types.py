"""Types of settings: addresses, URLs and secrets, checked while they are read.

The checks raise errors without a text: each setting says itself what is expected (`Field` with a
description and an example), so that no library's words reach an operator.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl, PostgresDsn

from settings.secret_strength import MIN_SECRET_LENGTH, is_weak


def host_and_port(text: str) -> tuple[str, int]:
    """Split `host:port` or `[IPv6]:port`; raises `ValueError`."""
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_plain = bare and not set(bare) & set("[]/@ ") and (bare != host or ":" not in host)
    if not is_plain or not (port.isascii() and port.isdigit()) or not 0 <= int(port) <= 65535:
        raise ValueError("expected host:port or [IPv6]:port")
    return bare, int(port)


def _check_host_port(text: str) -> str:
    host_and_port(text)
    return text


def _check_origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError
    return _check_http(text)


def _check_http(text: str) -> str:
    HttpUrl(text)
    return text


def _check_networks(text: str) -> str:
    for network in text.split(","):
        ip_network(network.strip(), strict=False)
    return text


def _check_postgres(url: str) -> str:
    PostgresDsn(url)
    return url


def _not_empty(path: object) -> object:
    if path == "":  # it would be the folder in which the process runs
        raise ValueError
    return path


def _check_folder(path: Path) -> Path:
    if not path.is_dir():
        raise ValueError
    return path


def _check_secret_length(secrets: str) -> str:
    keys = [secret.encode() for secret in secrets.split()]
    if not keys or any(len(key) < MIN_SECRET_LENGTH or is_weak(key) for key in keys):
        raise ValueError
    return secrets


BindAddress = Annotated[str, AfterValidator(_check_host_port)]
BaseUrl = Annotated[str, AfterValidator(_check_origin), Field(pattern=r"^https?://[!#-;=?-~]+$")]
"""Scheme and host alone."""
PlainUrl = Annotated[str, AfterValidator(_check_http), Field(pattern=r"^https?://[!-~]+$")]
Networks = Annotated[str, AfterValidator(_check_networks)]
"""Addresses or networks, separated by commas."""
Folder = Annotated[Path, BeforeValidator(_not_empty), AfterValidator(_check_folder)]
PostgresUrl = Annotated[str, AfterValidator(_check_postgres)]
SigningSecrets = Annotated[str, AfterValidator(_check_secret_length)]
"""A secret of this service, or several separated by spaces during a rotation: the first signs."""
