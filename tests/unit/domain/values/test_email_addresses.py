"""E-mail addresses: normalized without another meaning, or refused."""

import pytest

from domain.values.email_addresses import normalize_email, requires_smtputf8, to_ascii_domain


@pytest.mark.parametrize(
    ("written", "stored", "sent"),
    [
        ("jan@example.com", "jan@example.com", "jan@example.com"),
        (" jan@EXAMPLE.com\n", "jan@example.com", "jan@example.com"),
        ("Jan.O'Neil+shop@example.com",) * 3,
        ("jan@straße.de", "jan@straße.de", "jan@xn--strae-oqa.de"),
        ("jan@xn--strae-oqa.de", "jan@straße.de", "jan@xn--strae-oqa.de"),
        ("jan@βόλος.com", "jan@βόλος.com", "jan@xn--nxasmm1c.com"),
        ("jan@例子。测试", "jan@例子.测试", "jan@xn--fsqu00a.xn--0zwm56d"),
        ("jörg@example.com", "jörg@example.com", "jörg@example.com"),
        ("jo\u0308rg@straße.de", "jörg@straße.de", "jörg@xn--strae-oqa.de"),
        ("jan@\u0430pple.com", "jan@\u0430pple.com", "jan@xn--pple-43d.com"),
    ],
)
def test_a_normalized_address_has_the_same_mailbox_and_domain(
    written: str, stored: str, sent: str
) -> None:
    """IDNA 2008: sharp s and final sigma are separate letters."""
    assert normalize_email(written) == stored
    assert to_ascii_domain(stored) == sent
    assert requires_smtputf8(stored) is not sent.isascii()
    assert normalize_email(stored) == stored


@pytest.mark.parametrize(
    "written",
    [
        "",
        "jan",
        "jan@",
        "@example.com",
        "jan@localhost",
        "jan@example.com.",
        "jan@example..com",
        "jan@[127.0.0.1]",
        "jan@127.0.0.1",
        "jan@xn--a.com",
        "jan@☕.com",
        "jan@x_y.de",
        "jan@" + "ü" * 63 + ".de",
        "j" * 65 + "@example.com",
        "j" * 64 + "@" + ".".join(["k" * 60] * 4) + ".de",
        '"jan kowalski"@example.com',
        '"jan"@example.com',
        "jan(home)@example.com",
        "Jan <jan@example.com>",
        "<jan@example.com>",
        "jan@example.com, eva@example.com",
        "jan@example.com\r\nBcc: eva@example.com",
        "j\u200ban@example.com",
        "\uff4aan@example.com",
        "o\ufb03ce@example.com",
        "jan@ex\u00adample.com",
        "\ud800@example.com",
        "jan@example.com\x00",
    ],
)
def test_an_address_with_an_unclear_meaning_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        normalize_email(written)
    with pytest.raises(ValueError, match="expected"):
        to_ascii_domain(written)
