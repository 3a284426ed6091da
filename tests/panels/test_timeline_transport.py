"""A replay window's transport under real keys: what moves, what is sent, what is shown until it is taken."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QMainWindow, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from backend.contracts.commands import HoldEvidence, OrderExport, PlaceMark, Role
from backend.contracts.events import EvidenceHeld, ExportOrdered, MarkPlaced
from backend.contracts.marks import Mark
from backend.contracts.recording import Hold
from console.chrome.actions import add_to
from console.chrome.transport import TransportBar, front_bar, replay_deeds
from console.chrome.transport_dialogs import EvidenceDialog, GoToDialog
from console.timebase import RATES
from resources import tokens
from tests.panels.timeline_room import EDGE_MS, ReplaySeat
from widgets.timeline_paint import GUTTER_PX, Rows

KEY = Qt.Key
CTRL, SHIFT, PLAIN = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)
HERE_MS = EDGE_MS - 600_000


class Window:
    """A replay window with a bar, a text field above it, and every deed as an action with its key."""

    def __init__(self, seat: ReplaySeat, qtbot: QtBot, width_px: int = 1366) -> None:
        self.seat = seat
        self.qtbot = qtbot
        self.main = QMainWindow()
        qtbot.addWidget(self.main)
        body = QWidget()
        column = QVBoxLayout(body)
        self.panel = QPushButton("panel")
        self.text = QLineEdit()
        self.bar = TransportBar(seat.session)
        for part in (self.panel, self.text, self.bar):
            column.addWidget(part)
        self.main.setCentralWidget(body)
        self.deeds = replay_deeds(seat.control, seat.session)
        add_to(self.main, self.deeds)
        self.main.resize(width_px, 400)
        with qtbot.waitExposed(self.main):
            self.main.show()
        self.main.activateWindow()
        qtbot.waitUntil(self.main.isActiveWindow, timeout=3000)
        self.panel.setFocus()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key, modifiers)

    def playing(self) -> bool:
        """A function, because the type checker takes a property for something that stays."""
        return self.seat.control.playing

    def dialog(self) -> QDialog:
        found = [one for one in self.bar.findChildren(QDialog) if one.isVisible()]
        assert len(found) == 1
        return found[0]


@pytest.fixture
def seat(qapp: object) -> ReplaySeat:
    return ReplaySeat()


@pytest.fixture
def window(seat: ReplaySeat, qtbot: QtBot) -> Iterator[Window]:
    made = Window(seat, qtbot)
    yield made
    made.main.close()


# -- keys ------------------------------------------------------------------------------------------------------


def test_the_blank_plays_and_pauses_whatever_has_the_focus_and_acknowledges_nothing(window: Window) -> None:
    clicked: list[int] = []
    window.panel.clicked.connect(lambda: clicked.append(1))
    window.press(KEY.Key_Space)
    assert window.playing()
    window.bar.timeline.setFocus()
    window.press(KEY.Key_Space)
    assert not window.playing()
    assert clicked == []
    assert window.seat.live.sent == []


def test_j_k_and_l_play_as_in_a_video_editor(window: Window) -> None:
    control = window.seat.control
    for rate in (1.0, 2.0, 4.0):
        window.press(KEY.Key_L)
        assert control.clock.motion.rate == rate
    window.press(KEY.Key_K)
    assert control.clock.motion.rate == 0.0
    for rate in (-1.0, -2.0):
        window.press(KEY.Key_J)
        assert control.clock.motion.rate == rate


def test_brackets_change_the_speed_within_its_range(window: Window) -> None:
    control = window.seat.control
    for _ in range(len(RATES) + 2):
        window.press(KEY.Key_BracketRight)
    assert control.rate == RATES[-1]
    for _ in range(len(RATES) + 2):
        window.press(KEY.Key_BracketLeft)
    assert control.rate == RATES[0]
    assert not control.playing


@pytest.mark.parametrize(
    ("key", "modifiers", "moved_ms"),
    [
        (KEY.Key_Comma, PLAIN, -40),
        (KEY.Key_Period, PLAIN, 40),
        (KEY.Key_Left, SHIFT, -10_000),
        (KEY.Key_Right, SHIFT, 10_000),
        (KEY.Key_End, PLAIN, EDGE_MS - HERE_MS),
        (KEY.Key_Home, PLAIN, -20 * 86_400_000 + 600_000),
    ],
)
def test_a_key_moves_the_replay(window: Window, key: Qt.Key, modifiers: Qt.KeyboardModifier, moved_ms: int) -> None:
    window.press(key, modifiers)
    assert window.seat.now_ms() - HERE_MS == moved_ms
    head, view = window.seat.now_ms(), window.bar.timeline.view
    assert view.start_ms <= head <= view.end_ms, "what was jumped to is in view"


def test_arrows_step_frames_on_the_timeline_only(window: Window) -> None:
    window.press(KEY.Key_Left)
    assert window.seat.now_ms() == HERE_MS
    window.bar.timeline.setFocus()
    window.press(KEY.Key_Left)
    assert window.seat.now_ms() == HERE_MS - 40


def test_jumps_stop_at_the_lane_that_was_chosen(window: Window) -> None:
    asked: list[tuple[str, int]] = []
    window.seat.control.jump_wanted.connect(lambda lane, direction: asked.append((lane, direction)))
    window.press(KEY.Key_Right, CTRL)
    window.bar._lane.setCurrentIndex(window.bar._lane.findData("alert"))
    window.press(KEY.Key_Left, CTRL)
    assert asked == [("", 1), ("alert", -1)]


def test_in_and_out_span_what_is_between_them(window: Window) -> None:
    control = window.seat.control
    window.press(KEY.Key_I)
    window.press(KEY.Key_Right, SHIFT)
    window.press(KEY.Key_O)
    assert control.span_ms == (HERE_MS, HERE_MS + 10_000)
    assert (window.bar.timeline.contents.in_ms, window.bar.timeline.contents.out_ms) == control.span_ms
    window.press(KEY.Key_I, SHIFT)
    assert window.seat.now_ms() == HERE_MS
    window.press(KEY.Key_X)
    assert control.span_ms is None


def test_zoom_keys_work_from_anywhere_in_the_window(window: Window) -> None:
    line = window.bar.timeline
    span_ms = line.view.span_ms
    window.press(KEY.Key_Plus)
    assert line.view.span_ms == span_ms // 2
    window.press(KEY.Key_Minus)
    assert line.view.span_ms == span_ms
    window.press(KEY.Key_0)
    assert line.view.start_ms <= window.seat.control.first_ms
    assert line.view.end_ms >= EDGE_MS


def test_ctrl_l_goes_back_to_the_live_windows(window: Window) -> None:
    with window.qtbot.waitSignal(window.seat.control.live_wanted, timeout=1000):
        window.press(KEY.Key_L, CTRL)


def test_while_somebody_types_every_key_is_text(window: Window) -> None:
    window.text.setFocus()
    QTest.keyClicks(window.text, "jkl io bn x, . [] 0-+")
    assert window.text.text() == "jkl io bn x, . [] 0-+"
    assert not window.seat.control.playing
    assert window.seat.now_ms() == HERE_MS
    assert window.seat.control.span_ms is None


def test_no_two_deeds_share_a_key(seat: ReplaySeat) -> None:
    deeds = replay_deeds(seat.control, seat.session)
    keys = [key for deed in deeds for key in (deed.key, *deed.also)]
    assert len(keys) == len(set(keys))
    taken = {*(f"F{number}" for number in range(1, 13)), *(f"Ctrl+{n}" for n in range(1, 10))}
    assert not taken & set(keys)
    assert not {"/", "?", "Ctrl+K", "Ctrl+W", "Ctrl+S", "Return", "Esc", "G"} & set(keys)


def test_a_key_acts_in_the_window_that_has_the_keyboard(seat: ReplaySeat, qtbot: QtBot) -> None:
    first, second = Window(seat, qtbot), Window(seat, qtbot)
    assert front_bar(seat.control) is second.bar
    spans = [one.bar.timeline.view.span_ms for one in (first, second)]
    second.press(KEY.Key_Plus)
    assert [one.bar.timeline.view.span_ms for one in (first, second)] == [spans[0], spans[1] // 2]


# -- what the bar shows ----------------------------------------------------------------------------------------


def test_the_bar_tells_time_speed_and_that_it_is_a_replay(window: Window) -> None:
    bar, control = window.bar, window.seat.control
    assert bar._clock.text() == "09:52:15,320"
    assert bar._rate.text() == "1×"
    control.play(-0.25)
    assert bar._rate.text() == "−0,25×"
    window.seat.monotonic_s += 4.0
    window.qtbot.waitUntil(lambda: bar._clock.text() == "09:52:14,320", timeout=2000)


def test_the_bar_fits_a_small_screen(seat: ReplaySeat, qtbot: QtBot) -> None:
    window = Window(seat, qtbot, 1366)
    assert window.bar.minimumSizeHint().width() <= 1354
    assert window.bar.height() <= 224


def test_a_playing_head_is_followed_by_the_timeline(window: Window) -> None:
    control, line = window.seat.control, window.bar.timeline
    control.seek(line.view.end_ms - 60_000 if line.view.end_ms < EDGE_MS else EDGE_MS - 3_000_000)
    line.show_view(type(line.view)(window.seat.now_ms() - 50_000, window.seat.now_ms() + 10_000), follow=True)
    control.play(64.0)
    window.seat.monotonic_s += 1.0
    window.qtbot.waitUntil(lambda: line.view.start_ms <= window.seat.now_ms() <= line.view.end_ms, timeout=2000)
    assert line.following


def test_dragging_the_head_scrubs_the_replay_and_letting_go_seeks(window: Window) -> None:
    jumps: list[tuple[int, bool]] = []
    window.seat.control.jumped.connect(lambda at_ms, exact: jumps.append((at_ms, exact)))
    line = window.bar.timeline
    y = Rows(5).lane_top(1)
    start = line._scale()
    points = [line.rect().topLeft() + type(line.rect().topLeft())(200 + 20 * step, y) for step in range(8)]
    QTest.mousePress(line, Qt.MouseButton.LeftButton, PLAIN, points[0])
    for point in points:
        QTest.mouseMove(line, point)
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, PLAIN, points[-1])
    assert jumps[-1] == (start.at_ms(points[-1].x()), True)
    assert not any(exact for _, exact in jumps[:-1])
    assert not window.seat.clock.motion.scrubbing


# -- marks -----------------------------------------------------------------------------------------------------


def flag_ink(bar: TransportBar) -> int:
    image = bar.timeline.grab().toImage()
    wanted = QColor(tokens.TEXT_1).rgb()
    rows = Rows(5)
    x = round(bar.timeline._scale().x(HERE_MS - 60_000))
    return sum(
        image.pixel(each, y) == wanted
        for each in range(max(GUTTER_PX, x - 7), x + 8)
        for y in range(rows.flags_top, rows.lanes_top)
    )


def test_a_bookmark_is_drawn_hollow_and_solid_once_its_event_is_back(window: Window) -> None:
    window.seat.control.seek(HERE_MS - 60_000)
    window.press(KEY.Key_B)
    wish = window.seat.live.sent[-1]
    assert isinstance(wish, PlaceMark)
    assert (wish.mark_kind, wish.at_ms) == ("bookmark", HERE_MS - 60_000)
    window.seat.control.seek(HERE_MS + 300_000)  # the head out of the picture
    hollow = flag_ink(window.bar)
    assert window.bar._outcome.isVisible()
    mark = Mark(mark_id=wish.mark_id, kind="bookmark", at_ms=wish.at_ms, placed_by="an.tran", placed_ms=EDGE_MS)
    window.seat.live.grant(MarkPlaced(mark=mark))
    solid = flag_ink(window.bar)
    assert 0 < hollow < solid / 2
    assert window.bar._outcome.isHidden()


def test_a_note_is_typed_sent_and_its_row_closes_when_it_was_taken(window: Window) -> None:
    control, row = window.seat.control, window.bar._note_row
    control.play(1.0)
    window.press(KEY.Key_N)
    assert not control.playing, "the words belong to the instant that is seen"
    assert QApplication.focusWidget() is row.field
    QTest.keyClicks(row.field, "Nuoc len, k l j b n")
    window.press(KEY.Key_Return)
    wish = window.seat.live.sent[-1]
    assert isinstance(wish, PlaceMark)
    assert (wish.mark_kind, wish.at_ms, wish.text) == ("note", HERE_MS, "Nuoc len, k l j b n")
    assert row.isVisible()
    assert row.field.isReadOnly()
    mark = Mark(mark_id=wish.mark_id, kind="note", at_ms=HERE_MS, text=wish.text, placed_by="x", placed_ms=EDGE_MS)
    window.seat.live.grant(MarkPlaced(mark=mark))
    assert not row.isVisible()
    assert row.field.text() == ""
    assert QApplication.focusWidget() is window.bar.timeline


def test_a_refused_note_keeps_its_words_and_says_why(window: Window) -> None:
    row = window.bar._note_row
    window.press(KEY.Key_N)
    row.field.insert("Kè vỡ")
    window.press(KEY.Key_Return)
    window.seat.live.refuse("unavailable", "disk full")
    assert row.isVisible()
    assert row.field.text() == "Kè vỡ"
    assert "disk full" in row.outcome.text()
    assert not row.field.isReadOnly()
    assert window.bar.model.flags == ()


def test_escape_drops_a_note(window: Window) -> None:
    window.press(KEY.Key_N)
    QTest.keyClicks(window.bar._note_row.field, "x")
    window.press(KEY.Key_Escape)
    assert not window.bar._note_row.isVisible()
    assert window.seat.live.sent == []


def test_who_may_not_place_marks_is_offered_none(qtbot: QtBot) -> None:
    window = Window(ReplaySeat(Role.AGENCY), qtbot)
    for button in (window.bar._bookmark, window.bar._note, window.bar._hold, window.bar._export):
        assert not button.isEnabled()
    window.press(KEY.Key_N)
    assert not window.bar._note_row.isVisible()
    window.press(KEY.Key_B)
    assert window.seat.live.sent == []


@pytest.mark.parametrize(("role", "shown"), [(Role.SUPERVISOR, True), (Role.DUTY_OFFICER, False)])
def test_debrief_comments_are_for_who_debriefs(qtbot: QtBot, role: Role, shown: bool) -> None:
    window = Window(ReplaySeat(role), qtbot)
    assert window.bar._debrief.isVisible() is shown
    assert any(deed.key == "D" for deed in window.deeds) is shown


# -- dialogs ---------------------------------------------------------------------------------------------------


def test_an_instant_is_typed_shown_and_gone_to_while_the_room_goes_on(window: Window) -> None:
    window.press(KEY.Key_G, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, GoToDialog)
    assert not dialog.isModal()
    QTest.keyClicks(dialog.field, "22/11 9:15:30")
    assert "09:15:30" in dialog._meant.text()
    QTest.keyClick(dialog.field, KEY.Key_Return)
    assert window.seat.now_ms() == HERE_MS - (37 * 60 + 15 - 30) * 1000 - 320 + 0


def test_words_that_mean_no_instant_go_nowhere(window: Window) -> None:
    window.press(KEY.Key_G, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, GoToDialog)
    QTest.keyClicks(dialog.field, "25:99")
    QTest.keyClick(dialog.field, KEY.Key_Return)
    assert dialog.isVisible()
    assert window.seat.now_ms() == HERE_MS


def marked(window: Window) -> tuple[int, int]:
    span = (HERE_MS - 60_000, HERE_MS)
    window.seat.control.set_span(*span)
    return span


def test_evidence_needs_a_marked_span(window: Window) -> None:
    assert not window.bar._hold.isEnabled()
    window.press(KEY.Key_E, CTRL)
    assert window.bar.findChildren(QDialog) == []
    marked(window)
    assert window.bar._hold.isEnabled()
    assert window.bar._export.isEnabled()


def test_a_duty_officer_holds_but_does_not_export(qtbot: QtBot) -> None:
    window = Window(ReplaySeat(Role.DUTY_OFFICER), qtbot)
    marked(window)
    assert window.bar._hold.isEnabled()
    assert not window.bar._export.isEnabled()
    window.press(KEY.Key_E, CTRL)
    assert window.bar.findChildren(QDialog) == []


def test_a_hold_names_its_reason_and_closes_when_the_room_has_it(window: Window) -> None:
    begin_ms, end_ms = marked(window)
    window.press(KEY.Key_H, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, EvidenceDialog)
    assert not dialog.submit.isEnabled(), "a hold needs a reason"
    dialog.words.insert("Cháy kho")
    QTest.mouseClick(dialog.submit, Qt.MouseButton.LeftButton)
    wish = window.seat.live.sent[-1]
    assert isinstance(wish, HoldEvidence)
    assert (wish.start_ms, wish.end_ms, wish.reason, wish.camera_ids) == (begin_ms, end_ms, "Cháy kho", ())
    assert dialog.isVisible()
    assert not dialog.submit.isEnabled(), "not twice"
    hold = Hold(
        hold_id=wish.hold_id, alert_id="", camera_ids=(), start_ms=begin_ms, end_ms=end_ms, reason="Cháy kho",
        placed_by="an.tran", placed_ms=EDGE_MS,
    )  # fmt: skip
    window.seat.live.grant(EvidenceHeld(hold=hold))
    assert not dialog.isVisible()
    assert "Cháy kho" in window.bar._outcome.text()


def test_an_export_carries_what_was_chosen(window: Window) -> None:
    begin_ms, end_ms = marked(window)
    site = window.seat.live.state.site
    assert site is not None
    window.seat.session.selection.select("camera", site.cameras[3].camera_id)
    window.press(KEY.Key_E, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, EvidenceDialog)
    assert dialog.some.isChecked()
    assert dialog.camera_ids() == (site.cameras[3].camera_id,), "the selected camera is chosen"
    dialog.cameras.item(5).setCheckState(Qt.CheckState.Checked)
    dialog.marked.click()
    dialog.encrypted.click()
    corners = ((0.1, 0.1), (0.4, 0.1), (0.4, 0.5))
    dialog.set_masks(site.cameras[3].camera_id, (corners,))
    dialog.set_masks(site.cameras[0].camera_id, (corners,))
    dialog.words.setText("Sạt lở")
    QTest.mouseClick(dialog.submit, Qt.MouseButton.LeftButton)
    wish = window.seat.live.sent[-1]
    assert isinstance(wish, OrderExport)
    order = wish.order
    (mask,) = order.masks  # a camera that is not exported needs none
    assert (mask.camera_id, mask.corners) == (site.cameras[3].camera_id, corners)
    assert (order.title, order.start_ms, order.end_ms) == ("Sạt lở", begin_ms, end_ms)
    assert order.camera_ids == (site.cameras[3].camera_id, site.cameras[5].camera_id)
    assert "Trần An" in order.watermark
    assert order.encrypt
    window.seat.live.grant(ExportOrdered(export_id=wish.export_id, order=order))
    assert not dialog.isVisible()


def test_all_cameras_are_named_one_by_one_in_an_export(window: Window) -> None:
    marked(window)
    site = window.seat.live.state.site
    assert site is not None
    window.press(KEY.Key_E, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, EvidenceDialog)
    assert dialog.camera_ids() == tuple(camera.camera_id for camera in site.cameras)
    dialog.some.click()
    dialog.words.setText("x")
    assert not dialog.submit.isEnabled(), "no camera is chosen"


def test_a_refused_export_says_why_and_can_be_asked_for_again(window: Window) -> None:
    marked(window)
    window.press(KEY.Key_E, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, EvidenceDialog)
    dialog.words.setText("Sạt lở")
    QTest.mouseClick(dialog.submit, Qt.MouseButton.LeftButton)
    window.seat.live.refuse("invalid", "the longest span is 24 hours")
    assert dialog.isVisible()
    assert "the longest span is 24 hours" in dialog._outcome.text()
    assert dialog.submit.isEnabled()


def test_a_span_that_is_too_long_is_told_before_it_is_sent(window: Window) -> None:
    window.seat.control.set_span(HERE_MS - 25 * 3_600_000, HERE_MS)
    window.press(KEY.Key_E, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, EvidenceDialog)
    dialog.words.setText("x")
    assert not dialog.submit.isEnabled()
    assert dialog._outcome.text()


def test_the_camera_list_is_narrowed_without_diacritics(window: Window) -> None:
    marked(window)
    window.press(KEY.Key_H, CTRL)
    dialog = window.dialog()
    assert isinstance(dialog, EvidenceDialog)
    dialog.some.click()
    dialog._filter.setText("kim tan")
    items = [dialog.cameras.item(row) for row in range(dialog.cameras.count())]
    shown = [item.text() for item in items if not item.isHidden()]
    assert shown
    assert len(shown) < len(items)
    assert all("Kim Tân" in name for name in shown)
