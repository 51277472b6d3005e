"""Orders with rewards, as settlement finds them."""

from datetime import timedelta

from tests.support.builders import NOW

TOMORROW = NOW + timedelta(days=1)
