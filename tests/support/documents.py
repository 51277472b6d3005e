"""The repository's documents as tests read them: their prose, code spans, links and headings."""

import re
import subprocess
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = "docs/requirements.md"
_FENCE = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]\n]*\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"")
_HEADING = re.compile(r"^#+ (.+)$", re.M)
_ANCHOR = re.compile(r'<a id="([^"]+)">')


@cache
def tracked() -> tuple[str, ...]:
    """Return the paths that are tracked, or would be with the next `git add`."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(sorted(name for name in set(names.split("\0")) if (ROOT / name).is_file()))


def documents() -> list[str]:
    """Return the paths of all Markdown documents."""
    return [name for name in tracked() if name.endswith(".md")]


def code_files() -> list[str]:
    """Return the paths of all files except documents, recorded data and lock files."""
    data = ("tests/histories/", ".lock", ".png", ".json", ".md")
    return [name for name in tracked() if not name.startswith(data) and not name.endswith(data)]


@cache
def content(name: str) -> str:
    """Return the text of a tracked file."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


def prose(name: str) -> str:
    """Return a document without its fenced code blocks."""
    return _FENCE.sub("", content(name))


def code_spans(name: str) -> Iterator[str]:
    """Yield the code spans (in back-ticks) of a document's prose."""
    yield from _SPAN.findall(prose(name))


def links(name: str) -> Iterator[str]:
    """Yield the targets of a document's links and pictures that are in the repository."""
    yield from (to for link in _LINK.findall(prose(name)) if "://" not in (to := "".join(link)))


def headings(name: str) -> list[str]:
    """Return the titles of a document's sections, without back-ticks."""
    titles = (re.sub(r"<[^>]+>", "", title) for title in _HEADING.findall(prose(name)))
    return [title.replace("`", "").strip() for title in titles]


def anchors(name: str) -> set[str]:
    """Return the fragments by which a document's sections can be linked."""
    slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings(name)}
    return slugs | set(_ANCHOR.findall(prose(name)))


def section(name: str, title: str) -> str:
    """Return the text of a document's section, up to the next heading."""
    parts = re.split(r"^#+ (.+)$", prose(name), flags=re.M)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    plain = {re.sub(r"<[^>]+>", "", head).strip(): text for head, text in found.items()}
    return plain[title]


def exists(path: str) -> bool:
    """Say whether a path, maybe with `<placeholders>` or `*`, or a file's name, is tracked."""
    pattern = re.sub(r"<[^>]+>", "*", path).rstrip("/")
    folders = {str(folder) for name in tracked() for folder in PurePosixPath(name).parents}
    known = (*tracked(), *folders)
    names = (PurePosixPath(one).name for one in known if "/" not in pattern)
    return any(fnmatch(one, pattern) for one in (*known, *names))
