"""The event loop and garbage collector of a long-running process."""

import gc
from collections.abc import Coroutine
from typing import Final, TypeVar

import uvloop

T = TypeVar("T")
GC_THRESHOLDS: Final = (10_000, 10, 10)
"""Objects until a collection, and collections of each generation until one of the next. Python's
own (700, 10, 10) examine the cached tickets again and again; almost nothing that a ticket leaves is
cyclic."""


def run(program: Coroutine[object, object, T]) -> T:
    """Run `program` to its end and return its result; what was loaded before is never collected."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    return uvloop.run(program)
