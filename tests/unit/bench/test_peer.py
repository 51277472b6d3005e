"""The peer: its figures, and its environment, which is nobody else's."""

import re
from pathlib import Path

import pytest

from bench.cost.rounds import Round
from bench.figures import ratio_of_turns
from bench.peer.environment import LOCK, PeerNotInstalled, environment_folder, peer_python
from bench.peer.peer_figures import peer_figures, work_figures
from tests.support.documents import content

CPU = {"worker": 60.0, "temporal": 50.0, "postgres": 10.0, "peer": 20.0}
OUTSIDE = {"partner_simulator": 1.0, "mailbox": 9.0}
PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def rounds() -> list[Round]:
    """Three rounds of tickets and of the peer, which is twice as fast."""
    return [
        Round(kind, rate * factor, CPU | OUTSIDE)
        for rate in (9.0, 10.0, 12.0)
        for kind, factor in (("ticket", 1), ("peer", 2))
    ]


def pinned(path: str) -> dict[str, str]:
    """Return the packages of a lock file with their versions."""
    return dict(PINNED.findall(content(path)))


def test_throughputs_are_medians_and_their_ratio_has_a_bound() -> None:
    figures = {one.name: one for one in peer_figures(rounds())}
    assert figures["ticket: throughput"].value == 10
    assert figures["peer: throughput"].spread_text == "18–24"
    ratio = figures["throughput, ticket to peer"]
    assert (ratio.value, ratio.at_least) == (0.5, 1)


def test_a_ratio_is_one_of_rounds_in_the_same_turn() -> None:
    """A machine that is slow in one turn is slow for both."""
    ratio = ratio_of_turns("r", [10.0, 40.0, 10.0], [8.0, 40.0, 5.0])
    assert (ratio.value, ratio.spread) == (1.25, (1.0, 2.0))


def test_each_kind_costs_the_cpu_of_its_own_processes() -> None:
    figures = {one.name: one.value for one in peer_figures(rounds())}
    assert figures["ticket: CPU of worker, temporal, postgres"] == 120
    assert figures["peer: CPU of peer, postgres"] == 30
    assert figures["CPU, ticket to peer"] == 4


def test_a_ticket_without_grant_or_e_mail_fails_also_a_quick_run() -> None:
    good = work_figures(10, {"ticket": 10, "peer": 10}, 60)
    bad = work_figures(10, {"ticket": 10, "peer": 9}, 59)
    assert not any(one.fails(quick=True) for one in good)
    assert [one.fails(quick=True) for one in bad] == [False, True, True]


async def test_an_environment_that_is_there_is_used(tmp_path: Path) -> None:
    folder = environment_folder(tmp_path / "bench", LOCK)
    folder.mkdir()
    (folder / "made").touch()
    assert await peer_python(tmp_path / "bench") == folder / "bin" / "python"


async def test_an_environment_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("./not-there-1.0-py3-none-any.whl\n", encoding="utf-8")
    with pytest.raises(PeerNotInstalled, match="the peer cannot be installed"):
        await peer_python(tmp_path / "bench", lock)


def test_the_product_does_not_depend_on_the_peer() -> None:
    assert "dbos" in pinned("bench/peer/requirements.lock")
    assert "dbos" not in pinned("requirements.lock") | pinned("requirements-dev.lock")


def test_the_peer_works_with_the_versions_of_the_product() -> None:
    ours, peers = pinned("requirements.lock"), pinned("bench/peer/requirements.lock")
    common = ours.keys() & peers.keys()
    assert {name: peers[name] for name in common} == {name: ours[name] for name in common}
    assert {"asyncpg", "httpx", "aiosmtplib", "jinja2"} <= common
