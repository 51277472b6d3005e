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


def nobody_vouches_for(folder: Path) -> ssl.SSLContext:
    """A server's context with a certificate that it signed itself."""
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
    kind, open_ = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / "server.pem"
    file.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, kind, open_))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.fixture
async def sealed(tmp_path: Path) -> AsyncIterator[SmtpRecorder]:
    """A server that offers STARTTLS with such a certificate."""
    box, context = SmtpRecorder(), nobody_vouches_for(tmp_path)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, hostname="127.0.0.1", tls_context=context, require_starttls=True),
        "127.0.0.1",
        0,
    )
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()


async def test_offered_tls_is_used_with_any_certificate(sealed: SmtpRecorder) -> None:
    """The server refuses an open line; where one would do, such a certificate is no worse."""
    await SmtpMailer(sealed.url, SENDER).send("ZW-1", "Jan", JAN, EMAIL)
    assert len(sealed.raw) == 1


async def test_an_untrusted_certificate_stops_an_email_if_verification_is_required(
    sealed: SmtpRecorder,
) -> None:
    with pytest.raises(MailServerUnavailable):
        await SmtpMailer(sealed.url.replace("smtp:", "smtp+verify:"), SENDER).send(
            "ZW-1", "Jan", JAN, EMAIL
        )
    assert sealed.raw == []


async def test_a_server_without_tls_stops_an_email_if_tls_is_required(smtp: SmtpRecorder) -> None:
    mailer = SmtpMailer(smtp.url.replace("smtp:", "smtp+verify:"), SENDER)
    with pytest.raises(MailServerUnavailable):
        await mailer.send("ZW-1", "Jan", JAN, EMAIL)
    assert smtp.raw == []
