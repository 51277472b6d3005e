"""Addresses in closed networks, in every spelling."""

import pytest

from settings.network_hosts import is_public_https_url

PUBLIC = [
    "https://partner.example/claims",
    "https://xn--strae-oqa.de:8443/x",
    "https://93.184.216.34/claims",
    "https://[2606:2800:220:1:248:1893:25c8:1946]/claims",
]
NOT_PUBLIC = [
    "http://partner.example/claims",
    "https://user:password@partner.example/claims",
    "https://localhost/x",
    "https://LOCALHOST./x",
    "https://api.localhost/x",
    "https://mailpit/x",
    "https://db.internal/x",
    "https://printer.local/x",
    "https://kubernetes.default.svc/x",
    "https://partner.test/x",
    "https://①②⑦.⓪.⓪.①/x",
    "https://127.0.0.1/x",
    "https://127.1/x",
    "https://0x7f.1/x",
    "https://2130706433/x",
    "https://0/x",
    "https://10.0.0.7/x",
    "https://172.16.1.1/x",
    "https://192.168.1.1/x",
    "https://100.64.0.1/x",
    "https://169.254.169.254/latest/meta-data",
    "https://224.0.0.1/x",
    "https://[::1]/x",
    "https://[::]/x",
    "https://[fe80::1]/x",
    "https://[fd00::1]/x",
    "https://[::ffff:127.0.0.1]/x",
    "https://[::ffff:a00:7]/x",
    "https://[2002:7f00:1::]/x",
    "https://[64:ff9b::7f00:1]/x",
]


@pytest.mark.parametrize("url", PUBLIC)
def test_an_internet_address_over_tls_is_public(url: str) -> None:
    assert is_public_https_url(url)


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_plain_http_and_closed_networks_are_not_public(url: str) -> None:
    assert not is_public_https_url(url)
