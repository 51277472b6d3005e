"""Messages about lines of a file: the same message about consecutive lines is printed once."""

from cli.exchange.line_messages import LineMessages


def printed(*lines: tuple[int, str]) -> list[str]:
    texts: list[str] = []
    report = LineMessages(texts.append)
    for number, message in lines:
        report.add(number, message)
    report.flush()
    return texts


def test_consecutive_lines_with_the_same_message_are_one_text() -> None:
    assert printed((2, "a"), (3, "a"), (7, "a"), (8, "b")) == ["lines 2 to 7: a", "line 8: b"]


def test_a_line_without_a_message_ends_a_range() -> None:
    assert printed((2, "a"), (3, ""), (4, "a")) == ["line 2: a", "line 4: a"]


def test_nothing_is_printed_about_lines_without_messages() -> None:
    assert printed((2, ""), (3, "")) == []
