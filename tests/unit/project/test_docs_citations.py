"""Code and documents cite rules, sections and decisions that are written down."""

import re

import pytest

from tests.support.documents import (
    REQUIREMENTS,
    code_files,
    content,
    documents,
    exists,
    headings,
    section,
)

RULE = re.compile(r"\bR([0-9]{1,2})(?:\s*[-\u2013]\s*R?([0-9]{1,2}))?\b(?!\.)")
DOCUMENT = re.compile(r"docs/[\w/-]+\.md|\b(?:contract|product|house|plain-names)\.md")
SECTION = re.compile(r"(docs/[\w/-]+\.md),? \"([^\"]+)\"")
DECISION = re.compile(r"docs/decisions/[0-9]{4}")
BARE_DECISION = re.compile(r"(?<!/)[Dd]ecisions? [0-9]{4}")


def rules_in(text: str) -> set[int]:
    """The numbers of the rules that a text cites, spans written out."""
    spans = [(int(a), int(b or a)) for a, b in RULE.findall(text)]
    return {number for first, last in spans for number in range(first, last + 1)}


def test_the_requirements_say_each_rule_once() -> None:
    rows = re.findall(r"^\| (R[0-9, R]+) \|", section(REQUIREMENTS, "Rules"), re.M)
    numbers = [int(number) for row in rows for number in re.findall(r"R([0-9]+)", row)]
    assert numbers == list(range(1, 37))


@pytest.mark.parametrize("name", [*code_files(), *documents()])
def test_a_rule_that_is_cited_is_written_down(name: str) -> None:
    assert rules_in(content(name)) <= set(range(1, 37))


@pytest.mark.parametrize("name", [name for name in code_files() if ".md" in content(name)])
def test_a_document_that_the_code_cites_exists(name: str) -> None:
    assert [path for path in DOCUMENT.findall(content(name)) if not exists(path)] == []
    text = re.sub(r"\s*\n\s*(?:#|--)?\s*", " ", content(name))
    cited = SECTION.findall(text)
    assert [(path, title) for path, title in cited if title not in headings(path)] == []


@pytest.mark.parametrize("name", [name for name in code_files() if "ecision" in content(name)])
def test_the_code_cites_a_decision_by_its_file(name: str) -> None:
    assert BARE_DECISION.findall(content(name)) == []
    cited = DECISION.findall(content(name))
    assert [path for path in cited if not exists(f"{path}-*.md")] == []
