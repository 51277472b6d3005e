"""The time after the settled orders."""

from datetime import timedelta

from tests.support.builders import NOW

TOMORROW = NOW + timedelta(days=1)
