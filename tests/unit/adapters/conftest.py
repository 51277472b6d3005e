"""The renderer that the tests of e-mails share."""

import pytest

from adapters.email.renderer import EmailRenderer


@pytest.fixture(scope="module")
def renderer() -> EmailRenderer:
    return EmailRenderer("pomoc@example.com")
