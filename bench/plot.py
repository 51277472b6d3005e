"""Draws figures as bar charts in one SVG image, with a line from the least to the most of rounds.

Written by hand: three kinds of elements are enough, and a library for plots would be the largest
development dependency, for one picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from bench.figures import Figure

WIDTH: Final = 860
BAR_LEFT: Final = 340
BAR_WIDTH: Final = 400
BAR_HEIGHT: Final = 14
ROW_HEIGHT: Final = 24
TITLE_HEIGHT: Final = 44
MARGIN: Final = 16
STYLE: Final = """
text { font: 13px sans-serif; fill: #222; }
.title { font-weight: bold; }
.bar { fill: #4c78a8; }
.spread { stroke: #222; stroke-width: 2; }
"""
Charts = Mapping[str, Sequence[Figure]]
"""Figures by the title of the chart that shows them."""


def charts_of(figures: Mapping[str, Sequence[Figure]]) -> dict[str, list[Figure]]:
    """Return the figures of every benchmark that are in a chart."""
    charts: dict[str, list[Figure]] = {}
    for benchmark, found in figures.items():
        for one in found:
            if one.chart:
                charts.setdefault(f"{benchmark}: {one.chart}", []).append(one)
    return charts


def draw_charts(charts: Charts) -> str:
    """Return the image, one chart below the other."""
    top = 0
    parts: list[str] = []
    for title, figures in charts.items():
        parts += _chart(title, figures, top)
        top += TITLE_HEIGHT + ROW_HEIGHT * len(figures)
    height = top + MARGIN
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
    background = f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", background, *parts, "</svg>", ""])


def _chart(title: str, figures: Sequence[Figure], top: int) -> Iterator[str]:
    yield _text(MARGIN, top + TITLE_HEIGHT - 12, title, "title")
    scale = BAR_WIDTH / (max(map(_highest, figures)) or 1)
    for index, figure in enumerate(figures):
        yield from _bar(figure, top + TITLE_HEIGHT + ROW_HEIGHT * index, scale)


def _bar(figure: Figure, top: int, scale: float) -> Iterator[str]:
    """Yield the label, the bar, the line over it, and the value behind both."""
    baseline, middle = top + BAR_HEIGHT - 2, top + BAR_HEIGHT / 2
    width = figure.value * scale
    yield _text(MARGIN, baseline, figure.name)
    yield f'<rect class="bar" x="{BAR_LEFT}" y="{top}" width="{width:.1f}" height="{BAR_HEIGHT}"/>'
    if figure.spread:
        left, right = (BAR_LEFT + value * scale for value in figure.spread)
        ends = f'x1="{left:.1f}" x2="{right:.1f}" y1="{middle}" y2="{middle}"'
        yield f'<line class="spread" {ends}/>'
    yield _text(BAR_LEFT + _highest(figure) * scale + 8, baseline, f"{figure.value:.4g}")


def _highest(figure: Figure) -> float:
    return max(figure.value, *(figure.spread or ()), 0)


def _text(left: float, baseline: float, content: str, kind: str = "") -> str:
    css = f' class="{kind}"' if kind else ""
    return f'<text{css} x="{left:.1f}" y="{baseline}">{escape(content)}</text>'
