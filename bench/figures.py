"""The results of a benchmark: figures, and the bounds that they must stay within."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """One value and, where there are any, the least and the most it may be."""

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def within_bounds(self) -> bool:
        """Whether the value is within its bounds."""
        too_low = self.at_least is not None and self.value < self.at_least
        return not too_low and (self.at_most is None or self.value <= self.at_most)

    @property
    def display(self) -> str:
        """The value with its unit; counts are whole."""
        text = f"{self.value:.0f}" if self.value == round(self.value) else f"{self.value:.3f}"
        return f"{text} {self.unit}".strip()

    @property
    def bounds_text(self) -> str:
        """The bounds as text; empty if there are none."""
        low = f"at least {self.at_least:g}" if self.at_least is not None else ""
        high = f"at most {self.at_most:g}" if self.at_most is not None else ""
        return ", ".join(part for part in (low, high) if part)


def median_and_p95(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return median(values), quantiles(values, n=20, method="inclusive")[-1]
