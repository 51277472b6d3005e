"""The shipped partner files all load, and use every option."""

from pathlib import Path

from adapters.files.partner_profiles import load_profiles
from domain.partners.channels import CsvChannel, HttpChannel
from domain.partners.claim_kind import ClaimKind
from domain.partners.profile import PartnerProfile
from domain.partners.rules import PartnerRules
from local.stack.profiles import point_to_simulator, read_profiles, write_profiles

ROOT = Path(__file__).resolve().parents[4]
SHIPPED = ROOT / "partners"
OVERLAYS = ROOT / "local" / "stack" / "overlays"


def _shipped() -> list[PartnerRules]:
    return [profile.rules for profile in load_profiles(SHIPPED).values()]


def test_every_shipped_partner_loads() -> None:
    names = {"velotel", "buchkiste", "brightvolt", "bankomat-plus", "fernweh"}
    names |= {"kwiatek", "moebelhof"}
    assert set(load_profiles(SHIPPED)) == names


def test_every_shipped_partner_loads_with_the_local_stacks_overlay_too(tmp_path: Path) -> None:
    profiles = read_profiles(SHIPPED, OVERLAYS)
    local = {
        key: point_to_simulator(content, "http://127.0.0.1:8090")
        for key, content in profiles.items()
    }
    write_profiles(local, tmp_path)
    loaded = load_profiles(tmp_path)
    channels = [profile.channel for profile in loaded.values()]
    hosts = {channel.address.host for channel in channels if isinstance(channel, HttpChannel)}
    assert len(loaded) == len(profiles)
    assert hosts == {"127.0.0.1"}


def test_an_overlay_does_not_change_fields_kinds_and_market() -> None:
    shipped = load_profiles(SHIPPED)
    for key, content in read_profiles(SHIPPED, OVERLAYS).items():
        local = PartnerProfile.from_file(content).rules
        original = shipped[key].rules
        assert (local.fields, local.kinds, local.market) == (
            original.fields,
            original.kinds,
            original.market,
        )


def test_the_shipped_partners_use_every_value_of_the_options() -> None:
    partners = _shipped()
    assert {p.market.language for p in partners} == {"pl", "de", "en"}
    assert len({p.market.currency for p in partners}) >= 2
    assert len({p.market.time_zone for p in partners}) >= 2
    assert {p.cancellation.starts_from for p in partners} == {
        "order", "activation", "contract_start"
    }  # fmt: skip
    assert {p.response.on_timeout for p in partners} == {"escalate", "confirm", "reject"}
    assert {p.information.on_timeout for p in partners} == {"send", "reject"}
    assert {p.early_claims for p in partners} == {"refuse", "hold"}
    assert "P2M" in {p.claim_window for p in partners}


def test_shipped_partners_differ_in_waiting_period_maximum_reminders_and_rate() -> None:
    profiles = list(load_profiles(SHIPPED).values())
    assert len({p.rules.registration_delay for p in profiles}) == len(profiles)
    assert len({p.rules.max_reward.amount for p in profiles}) == len(profiles)
    assert len({p.rules.response.reminders for p in profiles}) == len(profiles)
    assert len({p.channel.requests_per_second for p in profiles}) == len(profiles)
    secrets = [p.channel.secret for p in profiles if not isinstance(p.channel, CsvChannel)]
    assert len(set(secrets)) == len(secrets)


def test_the_shipped_forms_use_every_type_of_field_and_differ_per_kind() -> None:
    """R17-R19: the fields of a form depend on the partner, and on the kind of claim."""
    partners = _shipped()
    fields = [field for partner in partners for field in partner.fields]
    assert {field.type for field in fields} == {"text", "date", "number", "email", "choice"}
    assert any(field.pattern for field in fields)
    assert any(field.help for field in fields)
    for partner in partners:
        assert any(not field.required for field in partner.fields)
        forms = {tuple(f.name for f in partner.form(kind)) for kind in partner.kinds}
        assert len(forms) > 1


def test_one_shipped_partner_has_no_order_number_field() -> None:
    """R25: its orders are identified by link and day."""
    bank = load_profiles(SHIPPED)["bankomat-plus"].rules
    assert not any(field.is_order_number for field in bank.fields)
    assert set(bank.kinds) == {ClaimKind.MISSING_CASHBACK, ClaimKind.MISSING_REFERRAL_REWARD}
