"""What the documents point to exists: paths in back-ticks, links, and the sections they lead to."""

import re
from pathlib import PurePosixPath

import pytest

from tests.support.documents import anchors, code_spans, documents, exists, links, tracked

PATH = re.compile(r"[\w.<>*-]+(?:/[\w.<>*-]+)*/?(?:\.\w+)?")
MADE = "deploy/secrets/"  # by deploy/make-secrets.sh, in no repository
SUFFIXES = (".py", ".md", ".sql", ".yml", ".sh", ".lock", ".html", ".example", ".conf")


def paths_named(name: str) -> list[str]:
    """Code spans of a document that name a file or a folder of ours."""
    first = {path.partition("/")[0] for path in tracked()}
    spans = [span for span in code_spans(name) if PATH.fullmatch(span)]
    spans = [span for span in spans if not f"{span}/".startswith(MADE)]
    ours = [span for span in spans if "/" in span and span.partition("/")[0] in first]
    return ours + [span for span in spans if "/" not in span and span.endswith(SUFFIXES)]


def resolved(path: PurePosixPath) -> str:
    """The path without `..` and `.`."""
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return str(PurePosixPath(*parts))


def leads_somewhere(name: str, link: str) -> bool:
    """Say whether a link in document `name` leads to a file, and to a section of it."""
    path, _, fragment = link.partition("#")
    target = resolved(PurePosixPath(name).parent / path) if path else name
    return exists(target) and (not fragment or fragment in anchors(target))


@pytest.mark.parametrize("name", documents())
def test_a_path_in_back_ticks_exists(name: str) -> None:
    assert [path for path in paths_named(name) if not exists(path)] == []


@pytest.mark.parametrize("name", documents())
def test_a_link_leads_to_a_file_and_a_section_of_it(name: str) -> None:
    assert [link for link in links(name) if not leads_somewhere(name, link)] == []


def test_a_path_that_is_not_there_is_noticed() -> None:
    assert exists("domain/")
    assert exists("partners/<id>.toml")
    assert not exists("domain/nothing.py")
    assert not leads_somewhere("README.md", "docs/api.md#no-such-section")
