"""TLS to the mail server: taken where it is offered, and vouched for where that is asked."""

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
from tests.support.servers.smtp_server import EMAIL, JAN, SENDER, Postbox


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
async def sealed(tmp_path: Path) -> AsyncIterator[Postbox]:
    """A server that offers STARTTLS with such a certificate."""
    box, context = Postbox(), nobody_vouches_for(tmp_path)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(box, hostname="127.0.0.1", tls_context=context, require_starttls=True),
        "127.0.0.1",
        0,
    )
    box.port = server.sockets[0].getsockname()[1]
    yield box
    server.close()


async def test_tls_is_taken_where_it_is_offered_whoever_vouches(sealed: Postbox) -> None:
    """The server refuses an open line; where one would do, such a certificate is no worse."""
    await SmtpMailer(sealed.url, SENDER).send("ZW-1", "Jan", JAN, EMAIL)
    assert len(sealed.raw) == 1


async def test_a_certificate_that_nobody_vouches_for_stops_a_letter_where_that_is_asked(
    sealed: Postbox,
) -> None:
    with pytest.raises(MailServerUnavailable):
        await SmtpMailer(sealed.url.replace("smtp:", "smtp+verify:"), SENDER).send(
            "ZW-1", "Jan", JAN, EMAIL
        )
    assert sealed.raw == []


async def test_an_open_line_stops_a_letter_where_tls_is_asked(postbox: Postbox) -> None:
    door = SmtpMailer(postbox.url.replace("smtp:", "smtp+verify:"), SENDER)
    with pytest.raises(MailServerUnavailable):
        await door.send("ZW-1", "Jan", JAN, EMAIL)
    assert postbox.raw == []
