"""The local stack loads partner profiles and generates their secrets."""

import base64
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidConfiguration
from local.stack.ports import PARTS, Ports
from local.stack.profiles import (
    merge_overlay,
    persistent_password,
    persistent_secrets,
    point_to_simulator,
    read_profiles,
    secret_names,
    write_profiles,
)

PROFILE = """
id = "velotel"
answer_within = "P14D"
reminders = ["P7D", "P10D"]
[channel]
kind = "http"
address = "http://partner-simulator.invalid/velotel/claims"
secret = "TICKETS_PARTNER_SECRET_VELOTEL"
[names]
pl = "Vélotel „Łódź\\""
"""

tables = st.recursive(
    st.integers() | st.text(max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
profiles = st.dictionaries(st.sampled_from("abc"), tables, max_size=3)


def folder(path: Path, **files: str) -> Path:
    path.mkdir()
    for name, text in files.items():
        (path / f"{name}.toml").write_text(text, encoding="utf-8")
    return path


def test_an_overlay_changes_only_its_own_keys(tmp_path: Path) -> None:
    overlay = 'answer_within = "PT5S"\nreminders = ["PT1S"]\n[channel]\nkind = "quick"'
    merged = read_profiles(
        folder(tmp_path / "partners", velotel=PROFILE), folder(tmp_path / "over", velotel=overlay)
    )
    expected = tomllib.loads(PROFILE)
    expected |= {"answer_within": "PT5S", "reminders": ["PT1S"]}
    expected["channel"]["kind"] = "quick"
    assert merged == {"velotel": expected}


@given(profile=profiles, overlay=profiles)
def test_merging_an_overlay_twice_is_the_same_as_once(
    profile: dict[str, object], overlay: dict[str, object]
) -> None:
    once = merge_overlay(profile, overlay)
    assert merge_overlay(once, overlay) == once
    assert merge_overlay(profile, {}) == profile


def test_an_overlay_without_a_partner_is_an_error_that_names_it(tmp_path: Path) -> None:
    partners = folder(tmp_path / "partners", velotel=PROFILE)
    with pytest.raises(InvalidConfiguration, match=r"velotell\.toml"):
        read_profiles(partners, folder(tmp_path / "over", velotell="a = 1"))


def test_a_file_that_is_no_toml_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=r"velotel\.toml.*TOML"):
        read_profiles(folder(tmp_path / "partners", velotel="= 1"), tmp_path / "none")


def test_written_profiles_point_to_the_simulator_and_are_otherwise_the_same(tmp_path: Path) -> None:
    written = point_to_simulator(tomllib.loads(PROFILE), "http://127.0.0.1:4711")
    target = folder(tmp_path / "state", removed="id = 'removed'")
    write_profiles({"velotel": written}, target)
    assert [path.name for path in target.iterdir()] == ["velotel.toml"]
    read_back = tomllib.loads((target / "velotel.toml").read_text(encoding="utf-8"))
    assert read_back["channel"]["address"] == "http://127.0.0.1:4711/velotel/claims"
    read_back["channel"]["address"] = tomllib.loads(PROFILE)["channel"]["address"]
    assert read_back == tomllib.loads(PROFILE)


def test_another_address_is_not_changed() -> None:
    profile = {"channel": {"address": "https://claims.velotel.example/v1"}}
    assert point_to_simulator(profile, "http://127.0.0.1:4711") == profile


def test_secrets_are_persistent_private_and_valid_for_standard_webhooks(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    names = secret_names({"velotel": tomllib.loads(PROFILE), "paper": {"id": "paper"}})
    assert names == {"velotel": "TICKETS_PARTNER_SECRET_VELOTEL"}
    first = persistent_secrets(file, names.values())
    more = persistent_secrets(
        file, ["TICKETS_PARTNER_SECRET_VELOTEL", "TICKETS_PARTNER_SECRET_OTHER"]
    )
    assert more["TICKETS_PARTNER_SECRET_VELOTEL"] == first["TICKETS_PARTNER_SECRET_VELOTEL"]
    assert len(set(more.values())) == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    prefix, _, key = first["TICKETS_PARTNER_SECRET_VELOTEL"].partition("_")
    assert (prefix, len(base64.b64decode(key))) == ("whsec", 32)


def test_the_database_password_is_persistent_and_needs_no_escaping_in_a_url(tmp_path: Path) -> None:
    password = persistent_password(tmp_path / "secrets.json")
    assert password.isalnum()
    assert persistent_password(tmp_path / "secrets.json") == password


def test_the_name_of_a_secret_must_be_one_of_our_settings() -> None:
    with pytest.raises(InvalidConfiguration, match=r"velotel\.toml: channel\.secret"):
        secret_names({"velotel": {"channel": {"secret": "PATH"}}})


def test_all_ports_differ_and_every_part_has_a_name() -> None:
    ports = Ports.free().model_dump()
    assert ports.keys() == PARTS.keys()
    assert len(set(ports.values())) == len(PARTS)
