"""Everything by keyboard, at a real desk over a real backend: keys act wherever the focus is; fields take letters."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication, QDockWidget, QLineEdit, QMenu, QPushButton, QWidget

from backend.contracts.alerts import AlertPhase
from console.chrome.finder import Finder
from console.chrome.help import Help
from console.chrome.transport_dialogs import EvidenceDialog
from console.commands.commands import Pending
from console.models.session import Selected
from console.workspace import LAST_KEY, key_of
from tests.system.backend_process import LAOCAI
from tests.system.desk_in_process import RunningDesk, until
from widgets.choice_finder import ChoiceFinder

KEY = Qt.Key


@pytest.fixture(scope="module")
def room(qapp: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    with RunningDesk(LAOCAI, tmp_path_factory.mktemp("desk"), "duty") as running:
        yield running


@pytest.fixture(autouse=True)
def duty_desk(room: RunningDesk) -> None:
    """Each test finds the duty workspace, the keyboard with its first panel."""
    room.desk.windows.show_workspace("duty")
    room.window.activateWindow()
    until(room.window.isActiveWindow, "the window is active")


def press(room: RunningDesk, *keys: Qt.Key, text: str = "") -> None:
    """Keys as the keyboard sends them: to whatever has the focus."""
    for key in keys:
        QTest.keyClick(room.focus(), key)
    for letter in text:
        QTest.keyClicks(room.focus(), letter)


def keyboard_of(panel: QWidget) -> QWidget:
    """What takes the keys when somebody works in this panel: the page of the map, else its first widget that does."""
    page = panel.findChild(QWebEngineView)
    if page is not None:
        return page
    takers = (child for child in panel.findChildren(QWidget) if child.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return next((child for child in takers if child.isVisible() and not isinstance(child, QLineEdit)), panel)


@pytest.mark.parametrize(
    ("panel", "camera_id"),
    [
        ("inbox", "gt-coc-leu"),
        ("map", "gt-kim-tan"),
        ("station_chart", "gt-ga-lao-cai"),
        ("camera_strip", "gt-pho-moi"),
        ("alert_card", "gt-duyen-hai"),
    ],
)
def test_the_blank_acknowledges_wherever_the_focus_is(room: RunningDesk, panel: str, camera_id: str) -> None:
    alert_id = room.new_alert(camera_id)
    keyboard_of(room.panel(panel)).setFocus()
    press(room, KEY.Key_Space)
    until(lambda: room.alert(alert_id).acknowledged, f"acknowledged from {panel}")


def test_a_second_blank_before_the_answer_sends_nothing(room: RunningDesk) -> None:
    alert_id = room.new_alert("gt-tran-hung-dao")
    sent: list[Pending] = []
    room.desk.session.commands.changed.connect(sent.append)
    press(room, KEY.Key_Space, KEY.Key_Space, KEY.Key_Space)
    until(lambda: room.alert(alert_id).acknowledged, "acknowledged")
    room.desk.session.commands.changed.disconnect(sent.append)
    assert len({pending.command_id for pending in sent if pending.kind == "alert.acknowledge"}) == 1


def test_a_comment_is_typed_with_every_letter_and_sent_by_enter(room: RunningDesk) -> None:
    alert_id = room.new_alert("gt-cam-duong")
    keyboard_of(room.panel("map")).setFocus()
    press(room, KEY.Key_C)
    until(lambda: isinstance(room.focus(), QLineEdit), "the comment's field has the keyboard")
    press(room, text="to c d g m ? / t")
    field = room.focus()
    assert isinstance(field, QLineEdit)
    assert field.text() == "to c d g m ? / t"
    assert not room.alert(alert_id).acknowledged, "the blanks were text"
    assert not room.desk.annunciator.muted_s, "the m was text"
    press(room, KEY.Key_Return)
    until(lambda: any("to c d g m" in entry.text for entry in room.alert(alert_id).history), "the comment came back")


def test_t_takes_over_and_d_hands_to_an_agency(room: RunningDesk) -> None:
    alert_id = room.new_alert("gt-ic18")
    press(room, KEY.Key_T)
    operator = room.desk.session.operator
    assert operator is not None
    until(lambda: room.alert(alert_id).owner == operator.user, "the alert is mine")
    press(room, KEY.Key_D)
    until(lambda: isinstance(room.focus().parent(), ChoiceFinder), "the agencies have the keyboard")
    press(room, KEY.Key_Return)
    until(lambda: bool(room.alert(alert_id).dispatched_to), "the agency has it")


def test_s_shelves_by_keys_alone_and_the_server_brings_it_back_in_time(room: RunningDesk) -> None:
    alert_id = room.new_alert("hc-sa-pa")
    keyboard_of(room.panel("map")).setFocus()
    press(room, KEY.Key_S)
    until(lambda: isinstance(room.focus(), QLineEdit), "the reason's field has the keyboard")
    press(room, KEY.Key_Down, text="dang sua")
    press(room, KEY.Key_Return)
    until(lambda: room.alert(alert_id).phase is AlertPhase.SHELVED, "shelved")
    aside = room.alert(alert_id).aside
    assert aside is not None
    assert aside.reason == "dang sua"
    press(room, KEY.Key_S)
    until(lambda: room.alert(alert_id).unanswered, "taken back from the shelf")
    room.desk.session.commands.shelve(alert_id, 1, "ngắn")

    def backs() -> list[str]:
        return [one.actor for one in room.alert(alert_id).history if one.kind == "unshelved"]

    until(lambda: len(backs()) == 2, "back by itself")
    assert (backs()[-1], room.alert(alert_id).unanswered) == ("", True)


def test_c_brings_the_card_where_the_workspace_has_none(room: RunningDesk) -> None:
    room.new_alert("gt-ben-den")
    press(room, KEY.Key_F6)
    assert room.desk.windows.key == "cameras"
    press(room, KEY.Key_C)
    until(lambda: isinstance(room.focus(), QLineEdit), "the comment's field has the keyboard")
    assert "alert_card" in dict(room.desk.windows.panels())
    press(room, KEY.Key_Escape)
    until(lambda: not isinstance(room.focus(), QLineEdit), "Esc leaves the field")


def test_g_brings_the_room_there(room: RunningDesk) -> None:
    alert_id = room.new_alert("gt-pho-lu")
    went: list[Selected] = []
    room.desk.session.selection.go_to.connect(went.append)
    press(room, KEY.Key_G)
    room.desk.session.selection.go_to.disconnect(went.append)
    assert went == [Selected("alert", alert_id)]


def test_function_keys_show_the_workspaces_in_their_order(room: RunningDesk) -> None:
    keys = [workspace.key for workspace in room.desk.windows.workspaces][:LAST_KEY]
    pressed = [KEY(KEY.Key_F1 + number) for number in reversed(range(len(keys)))]
    for key, expected in zip(pressed, reversed(keys), strict=True):
        press(room, key)
        assert room.desk.windows.key == expected
        until(lambda: bool(room.desk.windows.panels()), "its panels are there")
        for content in room.window.contents().values():
            assert content.isVisible() == (content is room.window.current()), "what is not shown costs nothing"


def test_evidence_wanted_by_any_panel_is_asked_for_by_the_rooms_own_dialog(room: RunningDesk) -> None:
    now_ms = room.desk.session.clock.now_ms()
    room.desk.session.evidence_wanted.emit("export", now_ms - 60_000, now_ms)
    dialog = room.window.findChild(EvidenceDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.camera_ids()
    dialog.close()
    until(lambda: room.window.findChild(EvidenceDialog) is None, "the dialog is gone")


def test_the_search_finds_without_diacritics_and_goes_there(room: RunningDesk) -> None:
    press(room, text="/")
    finder = room.window.findChild(Finder)
    assert finder is not None
    assert finder.isVisible()
    press(room, text="coc leu hoang camera")
    press(room, KEY.Key_Return)
    assert not finder.isVisible()
    assert room.desk.session.selection.current == Selected("camera", "gt-coc-leu")


def test_esc_closes_the_search_and_the_keyboard_is_where_it_was(room: RunningDesk) -> None:
    before = room.focus()
    press(room, text="/")
    press(room, text="xyz")
    assert room.focus() is not before
    press(room, KEY.Key_Return)  # nothing was found: Enter does nothing
    assert isinstance(room.focus(), QLineEdit)
    press(room, KEY.Key_Escape)
    until(lambda: room.focus() is before, "the keyboard is back")


def test_an_action_is_found_by_its_words_and_done(room: RunningDesk) -> None:
    QTest.keyClick(room.focus(), KEY.Key_K, Qt.KeyboardModifier.ControlModifier)
    press(room, text="mute")
    press(room, KEY.Key_Return)
    assert room.desk.annunciator.muted_s > 0
    press(room, KEY.Key_M)
    assert room.desk.annunciator.muted_s == 0


def test_the_page_of_keys_swallows_the_key_that_closes_it(room: RunningDesk) -> None:
    alert_id = room.new_alert("ck-ho-kieu")
    before = room.focus()
    press(room, text="?")
    page = room.window.findChild(Help)
    assert page is not None
    assert page.isVisible()
    assert room.window.rect().contains(page.geometry()), "the page is whole"
    press(room, KEY.Key_Space)
    assert not page.isVisible()
    assert room.focus() is before
    assert room.desk.session.commands.latest(alert_id) is None
    assert not room.alert(alert_id).acknowledged


def test_f11_fills_the_monitor_and_leaves_it(room: RunningDesk) -> None:
    before = room.desk.windows.full_screen
    press(room, KEY.Key_F11)
    until(lambda: room.window.isFullScreen() is not before, "full screen changed")
    until(room.window.isActiveWindow, "the window keeps the keyboard")
    press(room, KEY.Key_F11)
    until(lambda: room.window.isFullScreen() is before, "and back")


def test_every_action_is_in_the_menu_with_its_key(room: RunningDesk) -> None:
    button = next(one for one in room.window.findChildren(QPushButton) if one.text() == "☰")
    button.click()
    until(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the menu is open")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = {action.text(): action.shortcut().toString() for action in menu.actions() if action.text()}
    menu.close()
    assert len(texts) >= 14
    keys = {
        "Space",
        "Shift+Space",
        "C",
        "T",
        "D",
        "G",
        "P",
        *(key_of(number) for number in range(1, len(room.desk.room.workspaces) + 1)),
        "R",
        "V",
        "X",
        "S",
        "H",
        "O",
        "Z",
        "E",
        "Shift+E",
        "F11",
        "M",
        "/",
        "?",
        "Ctrl+K",
        "Ctrl+M",
        "Ctrl+Q",
        "",
    }
    assert set(texts.values()) == keys
    entries = {action.text() for action in room.window.actions()}
    assert set(texts) == entries, "menu, palette and keys are one list"


def test_keys_work_from_a_panel_that_was_taken_out(room: RunningDesk) -> None:
    alert_id = room.new_alert("ck-kim-thanh-1")
    dock = next(one for one in room.window.current().findChildren(QDockWidget) if one.objectName() == "inbox")
    dock.setFloating(True)
    try:
        dock.activateWindow()
        until(dock.isActiveWindow, "the panel has the keyboard")
        keyboard_of(room.panel("inbox")).setFocus()
        press(room, KEY.Key_Space)
        until(lambda: room.alert(alert_id).acknowledged, "acknowledged from the panel outside")
    finally:
        dock.setFloating(False)
