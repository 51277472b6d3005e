"""The mail server's URL, read once at the start."""

from ipaddress import ip_address
from typing import TypedDict
from urllib.parse import SplitResult, unquote, urlsplit

from domain.errors import InvalidConfiguration


class _Server(TypedDict):
    hostname: str
    port: int
    username: str | None
    password: str | None
    use_tls: bool
    start_tls: bool | None
    validate_certs: bool


def read_url(url: str) -> _Server:
    """Return the server of a URL; raises `InvalidConfiguration`, never with the password."""
    expected = (
        "expected smtp://, smtps:// or smtp+verify://, then [user:password@]host:port,"
        " such as smtp+verify://user:password@mail.example:587"
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InvalidConfiguration("environment", "SMTP_URL", expected) from None
    if not parts.hostname or not _is_server(parts):
        raise InvalidConfiguration("environment", "SMTP_URL", expected)
    whole_tls = parts.scheme == "smtps"
    username = unquote(parts.username) if parts.username else None
    start_tls = _start_tls(parts.scheme, username is not None, parts.hostname)
    return _Server(
        hostname=parts.hostname,
        port=port or (465 if whole_tls else 587),
        username=username,
        password=unquote(parts.password or "") if username else None,
        use_tls=whole_tls,
        start_tls=start_tls,
        # Where an unencrypted connection is allowed, an unverified certificate is no worse.
        validate_certs=whole_tls or start_tls is True,
    )


def _is_server(parts: SplitResult) -> bool:
    """Say whether a URL has a known scheme, and nothing behind its server: it would be ignored."""
    more = parts.path.strip("/") or parts.query or parts.fragment
    return parts.scheme in ("smtp", "smtps", "smtp+verify") and parts.port != 0 and not more


def _start_tls(scheme: str, has_login: bool, host: str) -> bool | None:
    """Require TLS before a password leaves this machine; otherwise use it where it is offered."""
    if scheme == "smtps":
        return False
    return True if scheme == "smtp+verify" or (has_login and not _is_this_machine(host)) else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
