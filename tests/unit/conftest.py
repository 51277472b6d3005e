"""Property tests run without a deadline: a shared machine may be slow."""

from hypothesis import settings

settings.register_profile("unit", deadline=None)
settings.load_profile("unit")
