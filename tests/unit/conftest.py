"""How property tests run: a shared machine may be slow, and slowness is no fault of the domain."""

from hypothesis import settings

settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
