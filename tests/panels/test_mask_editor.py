"""Masks are drawn by mouse and by keys, and are the same places whatever size the picture is shown at."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from widgets.mask_editor import MaskEditor

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
