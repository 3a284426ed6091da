"""A camera is turned to the selected alert by one key, in a real window, and shown only as it says itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from backend.contracts.commands import GotoPreset
from backend.contracts.events import AlertRaised, CameraSteered, SteerCondition
from console.deeds import alert_deeds
from console.models.places import cameras_at
from console.models.session import Selected
from console.panels.alert_card import AlertCard
from console.panels.camera_strip import CameraStrip
from console.video.service import VideoService
from tests.panels.desk_room import Seat
from tests.panels.map_room import alert
from tests.panels.wall_room import camera_server, streams_at

MARKET = {"place_id": "cho-coc-leu", "lat_deg": 22.4982, "lon_deg": 103.9640}
CAMERA = "gt-coc-leu"


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    with camera_server(tmp_path) as server:
        seat = Seat()
        video = VideoService(1, ())
        seat.session.video = video
        video.start()
        video.set_streams(streams_at(server))
        seat.happen(AlertRaised(alert=alert("chay", **MARKET)))  # type: ignore[arg-type]
        yield seat
        video.stop()
        assert video.join(5.0)


@pytest.fixture
def strip(qtbot: QtBot, seat: Seat) -> CameraStrip:
    strip = CameraStrip(seat.session)
    qtbot.addWidget(strip)
    strip.resize(640, 560)
    with qtbot.waitExposed(strip):
        strip.show()
    seat.session.selection.select("alert", "chay")
    qtbot.waitUntil(lambda: seat.session.selection.is_settled, timeout=5_000)
    return strip


def steered(condition: SteerCondition, held_until_ms: int = 0, reason: str = "") -> CameraSteered:
    return CameraSteered(
        camera_id=CAMERA, condition=condition, preset="2", alert_id="chay", held_until_ms=held_until_ms, reason=reason
    )


def caption(strip: CameraStrip) -> str:
    content = strip.canvas.tiles[strip.wall.camera_ids.index(CAMERA)].content
    assert content is not None
    return content.caption.name


def press_p(seat: Seat) -> None:
    next(deed for deed in alert_deeds(seat.session) if deed.key == "P").act()


def test_one_key_orders_and_the_tile_tells_what_the_camera_says(qtbot: QtBot, seat: Seat, strip: CameraStrip) -> None:
    assert strip.turn_text == "Turn to Chợ Cốc Lếu  P"
    plain = caption(strip)
    press_p(seat)
    order = seat.sent[-1]
    assert isinstance(order, GotoPreset)
    assert (order.camera_id, order.preset, order.alert_id, order.expected_holder) == (CAMERA, "2", "chay", "")
    assert caption(strip) == plain  # nothing moves before the event is back
    moving = steered("moving", seat.clock.now_ms() + 60_000)
    seat.happen(moving, caused_by=order.command_id, actor="an.tran")
    assert caption(strip).startswith("turning to Chợ Cốc Lếu · an.tran")
    assert strip.turn_text == ""
    seat.happen(steered("arrived"))
    assert caption(strip).startswith("Chợ Cốc Lếu · an.tran")
    seat.happen(steered("failed", reason="camera không trả lời trong 5 s"))
    assert caption(strip).startswith("✕ Chợ Cốc Lếu: camera không trả lời trong 5 s")
    assert strip.turn_text != ""


def test_who_has_the_camera_is_named_before_it_is_taken_and_a_refusal_is_told(seat: Seat, strip: CameraStrip) -> None:
    held = steered("moving", seat.clock.now_ms() + 60_000).model_copy(update={"preset": "3"})
    seat.happen(held, actor="binh.le")
    assert strip.turn_text == "Turn to Chợ Cốc Lếu (take from binh.le)  P"
    press_p(seat)
    order = seat.sent[-1]
    assert isinstance(order, GotoPreset)
    assert order.expected_holder == "binh.le"
    seat.refuse("owner_changed")
    assert "Somebody else" in strip.title


def test_a_camera_that_was_turned_there_counts_as_seeing_it_and_one_turned_away_does_not(seat: Seat) -> None:
    selected = Selected("alert", "chay")

    def ranked() -> tuple[tuple[str, ...], int]:
        there = cameras_at(seat.state, selected, 6)
        assert there is not None
        return there.camera_ids, there.seeing

    gauge = Selected("station", "TV-LC")
    before = cameras_at(seat.state, gauge, 6)
    assert before is not None
    seat.happen(steered("arrived").model_copy(update={"preset": "3"}))
    after = cameras_at(seat.state, gauge, 6)
    assert after is not None
    assert CAMERA in after.camera_ids[: after.seeing]
    seat.happen(steered("moving"))
    after = cameras_at(seat.state, gauge, 6)
    assert after is not None
    assert CAMERA not in after.camera_ids[: after.seeing]
    seat.happen(steered("arrived"))
    ids, seeing = ranked()
    assert CAMERA in ids[:seeing]


def test_the_card_offers_it_and_a_session_that_only_shows_does_not(qtbot: QtBot, seat: Seat) -> None:
    card = AlertCard(seat.session)
    qtbot.addWidget(card)
    card.resize(460, 700)
    with qtbot.waitExposed(card):
        card.show()
    seat.session.selection.select("alert", "chay")
    assert card.action_bar.can_turn
    seat.session.read_only = True
    seat.happen(steered("moving"))
    assert not card.action_bar.can_turn
