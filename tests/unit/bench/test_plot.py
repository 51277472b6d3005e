"""The bar charts of figures."""

from xml.etree import ElementTree

from bench.figures import Figure, of_rounds
from bench.plot import BAR_LEFT, BAR_WIDTH, charts_of, draw_charts

SVG = "{http://www.w3.org/2000/svg}"
FIGURES = {
    "cost": [
        Figure("not in a chart", 1.0),
        of_rounds("ticket <real>", [20.0, 10.0, 15.0], chart="CPU"),
        Figure("bare", 5.0, chart="CPU"),
        Figure("ticket", 12.0, chart="rate"),
    ]
}


def drawn(figures: dict[str, list[Figure]]) -> ElementTree.Element:
    """Draw the charts of figures; return the parsed image."""
    return ElementTree.fromstring(draw_charts(charts_of(figures)))  # noqa: S314  (our own text)


def bars(image: ElementTree.Element) -> list[float]:
    """Return the widths of the bars."""
    return [float(one.attrib["width"]) for one in image.findall(f"{SVG}rect[@class='bar']")]


def test_a_chart_has_the_figures_that_name_it() -> None:
    charts = charts_of(FIGURES)
    assert {title: [one.name for one in found] for title, found in charts.items()} == {
        "cost: CPU": ["ticket <real>", "bare"],
        "cost: rate": ["ticket"],
    }


def test_bars_are_as_long_as_their_values_within_each_chart() -> None:
    assert bars(drawn(FIGURES)) == [BAR_WIDTH * 15 / 20, BAR_WIDTH * 5 / 20, BAR_WIDTH]


def test_the_spread_is_a_line_from_the_least_to_the_most() -> None:
    (line,) = drawn(FIGURES).findall(f"{SVG}line")
    assert float(line.attrib["x1"]) == BAR_LEFT + BAR_WIDTH / 2
    assert float(line.attrib["x2"]) == BAR_LEFT + BAR_WIDTH


def test_names_are_escaped_and_every_value_is_written() -> None:
    texts = [one.text for one in drawn(FIGURES).findall(f"{SVG}text")]
    assert {"ticket <real>", "15", "5", "12"} <= {*texts}


def test_a_chart_of_zeros_has_no_length() -> None:
    assert bars(drawn({"cost": [Figure("idle", 0.0, chart="CPU")]})) == [0.0]
