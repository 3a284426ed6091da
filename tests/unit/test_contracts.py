"""The catalogues agree with each other and the wire types refuse what they should."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from backend.contracts import units
from backend.contracts.commands import RIGHTS, AlertCommand, Role
from backend.contracts.feed import CLIENT_FRAME
from backend.contracts.kinds.alerts import ALERT_KINDS, AlertKind, Priority
from backend.contracts.kinds.sensors import SENSOR_KINDS, SensorKind, sensor_kind
from backend.contracts.redact import redacted


@pytest.mark.parametrize("kind", SENSOR_KINDS.values(), ids=lambda kind: str(kind.key))
def test_every_sensor_kind_has_a_canonical_unit_and_unambiguous_spellings(kind: SensorKind) -> None:
    assert units.canonical(kind.unit) == kind.unit
    for spelling in (kind.key, *kind.aliases, kind.key.lower(), f" {kind.key} "):
        assert sensor_kind(spelling) is kind


@pytest.mark.parametrize("kind", ALERT_KINDS.values(), ids=lambda kind: str(kind.key))
def test_every_alert_kind_tells_the_officer_what_to_do_in_both_languages(kind: AlertKind) -> None:
    assert kind.response_vi.endswith(".")
    assert kind.response_en.endswith(".")
    assert kind.name_vi != kind.name_en
    assert kind.default_priority in Priority


def test_decimal_comma_and_dot_name_the_same_dust() -> None:
    assert sensor_kind("PM2,5") is sensor_kind("PM2.5") is SENSOR_KINDS["PM2,5"]


def test_an_unknown_symbol_has_no_kind() -> None:
    assert sensor_kind("XYZ") is None


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1.5, "g/Nm3", "mg/Nm3", 1500.0),
        (250.0, "cm", "m", 2.5),
        (1.0, "m3/s", "m3/h", 3600.0),
        (3.0, "MG/L", "mg/l", 3.0),
    ],
)
def test_units_of_one_family_convert(value: float, source: str, target: str, expected: float) -> None:
    assert units.convert(value, source, target) == pytest.approx(expected)


@pytest.mark.parametrize(("source", "target"), [("mg/Nm3", "mg/m3"), ("m", "mg/L"), ("furlong", "m")])
def test_units_of_two_families_are_refused_never_guessed(source: str, target: str) -> None:
    with pytest.raises(units.UnitError):
        units.convert(1.0, source, target)


def test_the_administrator_looks_after_accounts_and_acknowledges_nothing() -> None:
    assert "manage" in RIGHTS[Role.ADMINISTRATOR]
    assert "alert.acknowledge" not in RIGHTS[Role.ADMINISTRATOR]
    assert set(RIGHTS) == set(Role)


@pytest.mark.parametrize(
    "frame",
    [
        b'{"type":"hello"}',
        b'{"type":"unknown"}',
        b'{"type":"command","command":{"kind":"alert.acknowledge","command_id":"short","alert_id":"a"}}',
        b'{"type":"goodbye","more":1}',
        b"[]",
    ],
)
def test_a_frame_that_does_not_fit_is_refused(frame: bytes) -> None:
    with pytest.raises(ValidationError):
        CLIENT_FRAME.validate_json(frame)


@given(
    user=st.text("abcXYZ0", min_size=1),
    password=st.text("abcXYZ0@/:#?%!", min_size=8),
    prefix=st.sampled_from(["rtsp://", "RTSPS://", "cannot open rtsp://"]),
)
def test_a_password_never_survives_redaction(user: str, password: str, prefix: str) -> None:
    canary = f"{password}Kx9canary"
    text = redacted(f"{prefix}{user}:{canary}@10.1.2.3:554/stream1?channel=1&token={canary}")
    assert "Kx9canary" not in text
    if "@" not in canary:  # an "@" behind the host costs the path, never the secret
        assert "channel=1" in text


@pytest.mark.parametrize("command", get_args(AlertCommand), ids=lambda command: str(command.__name__))
def test_no_command_is_about_more_than_one_alert(command: type[BaseModel]) -> None:
    """There is no acknowledge-all: what is asked for is asked for one alert by its id."""
    assert command.model_fields["alert_id"].annotation is str
    assert [name for name in command.model_fields if "alert" in name] == ["alert_id"]
