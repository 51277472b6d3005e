"""The results of a benchmark: figures, and the bounds that they must stay within."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """One value and, where there are any, the least and the most it may be.

    `spread` is the least and the most of the rounds whose median the value is; `chart` names the
    bar chart of the page that shows it; the bounds of an `exact` figure hold however few are
    counted.
    """

    name: str
    value: float
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    spread: tuple[float, float] | None = None
    chart: str = ""
    exact: bool = False

    @property
    def within_bounds(self) -> bool:
        """Whether the value is within its bounds."""
        too_low = self.at_least is not None and self.value < self.at_least
        return not too_low and (self.at_most is None or self.value <= self.at_most)

    def fails(self, quick: bool) -> bool:
        """Whether the run fails by this value; in a quick run only an exact one can fail it."""
        return not self.within_bounds and (self.exact or not quick)

    @property
    def display(self) -> str:
        """The value with its unit; counts are whole."""
        return f"{_number(self.value)} {self.unit}".strip()

    @property
    def spread_text(self) -> str:
        """The least and the most of the rounds; empty without rounds."""
        return "–".join(map(_number, self.spread)) if self.spread else ""

    @property
    def bounds_text(self) -> str:
        """The bounds as text; empty if there are none."""
        low = f"at least {self.at_least:g}" if self.at_least is not None else ""
        high = f"at most {self.at_most:g}" if self.at_most is not None else ""
        return ", ".join(part for part in (low, high) if part)


def of_rounds(
    name: str,
    values: Sequence[float],
    unit: str = "",
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    chart: str = "",
) -> Figure:
    """Return the median of the rounds, with their spread."""
    spread = (min(values), max(values)) if len(values) > 1 else None
    middle = median(values)
    return Figure(name, middle, unit, at_least, at_most, spread=spread, chart=chart)


def ratio_of_turns(
    name: str,
    values: Sequence[float],
    others: Sequence[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> Figure:
    """Return the median of the ratios within each turn: the machine's speed changes between turns,
    and both rounds of one turn have about the same.
    """
    ratios = [value / other for value, other in zip(values, others, strict=True)]
    return of_rounds(name, ratios, at_least=at_least, at_most=at_most)


def median_and_p95(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return median(values), quantiles(values, n=20, method="inclusive")[-1]


def _number(value: float) -> str:
    return f"{value:.0f}" if value == round(value) else f"{value:.3f}"
