"""Masks are drawn by mouse and by keys, and are the same places whatever size the picture is shown at."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.chrome.mask_dialog import MaskDialog
from tests.panels.desk_room import Seat
from tests.panels.map_room import laocai
from widgets.mask_editor import MaskEditor
from widgets.tile_types import TileStatus

KEY = Qt.Key
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def editor(qtbot: QtBot) -> MaskEditor:
    made = MaskEditor()
    qtbot.addWidget(made)
    made.resize(800, 600)  # the picture is 16:9: bars above and below
    picture = QImage(320, 180, QImage.Format.Format_RGB32)
    picture.fill(QColor("#808080"))
    made.set_picture(picture)
    made.show()
    qtbot.waitExposed(made)
    return made


def at(editor: MaskEditor, x: float, y: float) -> QPoint:
    """The pixel of a share of the picture."""
    height = editor.width() * 9 / 16
    return QPointF(x * editor.width(), (editor.height() - height) / 2 + y * height).toPoint()


def test_a_polygon_is_closed_at_its_first_corner(qtbot: QtBot, editor: MaskEditor) -> None:
    for x, y in ((0.25, 0.25), (0.75, 0.25), (0.5, 0.75)):
        QTest.mouseClick(editor, LEFT, pos=at(editor, x, y))
    assert not editor.masks
    with qtbot.waitSignal(editor.changed):
        QTest.mouseClick(editor, LEFT, pos=at(editor, 0.252, 0.255))
    (mask,) = editor.masks
    assert [(round(x, 2), round(y, 2)) for x, y in mask] == [(0.25, 0.25), (0.75, 0.25), (0.5, 0.75)]
    shown = editor.grab().toImage()
    inside, outside = at(editor, 0.5, 0.4), at(editor, 0.1, 0.9)
    assert shown.pixelColor(inside).lightness() < 40
    assert shown.pixelColor(outside).lightness() > 100


def test_two_corners_make_no_mask_and_are_taken_back_first(editor: MaskEditor) -> None:
    editor.set_masks([((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))])
    for x in (0.2, 0.4):
        QTest.mouseClick(editor, LEFT, pos=at(editor, x, 0.5))
    QTest.keyClick(editor, KEY.Key_Return)
    assert len(editor.masks) == 1
    for left in (1, 1, 0):
        QTest.keyClick(editor, KEY.Key_Backspace)
        assert len(editor.masks) == left


def test_all_of_it_goes_by_keys(editor: MaskEditor) -> None:
    QTest.keyClick(editor, KEY.Key_Space)
    for key in (KEY.Key_Right, KEY.Key_Down):
        for _ in range(10):
            QTest.keyClick(editor, key)
        QTest.keyClick(editor, KEY.Key_Space)
    QTest.keyClick(editor, KEY.Key_Return)
    (mask,) = editor.masks
    (x0, y0), (x1, y1), (x2, y2) = mask
    assert (x0, y0) == (0.5, 0.5)
    assert x1 == pytest.approx(0.5 + 100 / 800)
    assert y1 == y0
    assert x2 == x1
    assert y2 == pytest.approx(0.5 + 100 / 450)


def test_a_click_beside_the_picture_lies_on_its_edge(editor: MaskEditor) -> None:
    for pos in (QPoint(2, 2), QPoint(797, 2), QPoint(400, 597)):
        QTest.mouseClick(editor, LEFT, pos=pos)
    QTest.keyClick(editor, KEY.Key_Return)
    (mask,) = editor.masks
    assert all(0.0 <= share <= 1.0 for corner in mask for share in corner)


def test_without_a_picture_nothing_can_be_drawn(editor: MaskEditor) -> None:
    editor.set_picture(None, "Waiting")
    for _ in range(3):
        QTest.mouseClick(editor, LEFT, pos=QPoint(100, 200))
        QTest.keyClick(editor, KEY.Key_Space)
    QTest.keyClick(editor, KEY.Key_Return)
    assert not editor.masks


class DarkCamera:
    """The video of a seat whose camera never shows a picture; counts what is open."""

    def __init__(self) -> None:
        self.open_feeds = 0

    def open(self, camera_id: str, tile_px: tuple[int, int], quality: str) -> DarkFeed:
        self.open_feeds += 1
        return DarkFeed(self)


class DarkFeed:
    def __init__(self, camera: DarkCamera) -> None:
        self._camera: DarkCamera | None = camera

    def image(self) -> None:
        return None

    def status(self) -> TileStatus:
        return TileStatus("connecting")

    def close(self) -> None:
        if self._camera is not None:
            self._camera.open_feeds -= 1
            self._camera = None


@pytest.mark.parametrize("way", ["escape", "close", "parent gone"])
def test_the_camera_is_let_go_however_the_dialog_ends(qtbot: QtBot, way: str) -> None:
    seat, camera, desk = Seat(), DarkCamera(), QWidget()
    qtbot.addWidget(desk)
    seat.session.video = cast(Any, camera)
    desk.show()
    parent = QWidget(desk)
    dialog = MaskDialog(seat.session, laocai().cameras[0].camera_id, (), parent)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert camera.open_feeds == 1
    if way == "escape":
        QTest.keyClick(dialog.editor, KEY.Key_Escape)
    elif way == "close":
        dialog.close()
    else:
        parent.deleteLater()
    qtbot.waitUntil(lambda: camera.open_feeds == 0, timeout=3000)
