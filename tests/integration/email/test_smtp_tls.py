"""TLS to the mail server: used if it is offered, verified if the setting demands it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.email.smtp import SmtpMailer
from domain.errors import MailServerUnavailable
from tests.support.servers.smtp_server import EMAIL, JAN, SENDER, SmtpRecorder


def self_signed_context(folder: Path) -> ssl.SSLContext:
    """Return a server's context with a self-signed certificate."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key_format, unencrypted = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "server.pem"
    file.write_bytes(
        certificate.public_bytes(pem) + key.private_bytes(pem, key_format, unencrypted)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
async def tls_server(tmp_path: Path) -> AsyncIterator[SmtpRecorder]:
    """A server that offers STARTTLS with a self-signed certificate."""
    recorder, context = SmtpRecorder(), self_signed_context(tmp_path)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(recorder, hostname="127.0.0.1", tls_context=context, require_starttls=True),
        "127.0.0.1",
        0,
    )
    recorder.port = server.sockets[0].getsockname()[1]
    yield recorder
    server.close()


async def test_offered_tls_is_used_with_any_certificate(tls_server: SmtpRecorder) -> None:
    """The server requires TLS; an unverified certificate is no worse than no encryption."""
    await SmtpMailer(tls_server.url, SENDER).send("ZW-1", "1", "Jan", JAN, EMAIL)
    assert len(tls_server.raw) == 1


async def test_an_untrusted_certificate_stops_an_email_if_verification_is_required(
    tls_server: SmtpRecorder,
) -> None:
    with pytest.raises(MailServerUnavailable):
        await SmtpMailer(tls_server.url.replace("smtp:", "smtp+verify:"), SENDER).send(
            "ZW-1", "1", "Jan", JAN, EMAIL
        )
    assert tls_server.raw == []


async def test_a_server_without_tls_stops_an_email_if_tls_is_required(smtp: SmtpRecorder) -> None:
    mailer = SmtpMailer(smtp.url.replace("smtp:", "smtp+verify:"), SENDER)
    with pytest.raises(MailServerUnavailable):
        await mailer.send("ZW-1", "1", "Jan", JAN, EMAIL)
    assert smtp.raw == []
