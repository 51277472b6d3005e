"""Every decision has a status, a date and the sections of the template, and is in the index."""

import re
from pathlib import PurePosixPath

import pytest

from tests.support.documents import content, headings, links, tracked

FOLDER = "docs/decisions/"
INDEX = f"{FOLDER}README.md"
RECORDS = [name for name in tracked() if name.startswith(FOLDER) and name != INDEX]
HEAD = re.compile(
    r"# (?P<number>[0-9]{4}): (?P<title>.+)\n\n"
    r"- \*\*Status:\*\* (?P<status>proposed|accepted|superseded by \[[0-9]{4}\]\([\w-]+\.md\))\n"
    r"- \*\*Date:\*\* (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})\n"
)
SECTIONS = ["Context", "Decision", "Consequences", "Alternatives"]


def test_records_are_numbered_without_gaps() -> None:
    numbers = [int(PurePosixPath(name).name[:4]) for name in RECORDS]
    assert numbers == list(range(1, len(RECORDS) + 1))


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_has_status_date_and_sections(name: str) -> None:
    head = HEAD.match(content(name))
    assert head
    assert PurePosixPath(name).name.startswith(f"{head['number']}-")
    assert headings(name)[1:] == SECTIONS


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_stands_in_the_index_as_it_is(name: str) -> None:
    head = HEAD.match(content(name))
    assert head
    file = PurePosixPath(name).name
    row = f"| [{head['number']}]({file}) | {head['title']} | {head['status']} | {head['date']} |"
    assert row in content(INDEX).splitlines()


def test_the_index_lists_nothing_else() -> None:
    listed = [f"{FOLDER}{link}" for link in links(INDEX) if not link.startswith("..")]
    assert listed == RECORDS
