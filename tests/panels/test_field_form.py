"""A form filled without a mouse: one of few by its number, one of many by typing, errors where they belong."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from widgets.choice_finder import Choice
from widgets.field_form import Field, FieldForm

FRUIT = tuple(Choice(name.lower(), name) for name in ("Cam", "Cau", "Chanh", "Chuối"))
FIELDS = (
    Field("size", "Size", "few", choices=(Choice("s", "Small"), Choice("m", "Middle"), Choice("l", "Large"))),
    Field("fruit", "Fruit", "many", find=lambda words: [one for one in FRUIT if one.key.startswith(words.lower())]),
    Field("text", "Text", "paragraph"),
    Field("name", "Name"),
)


@pytest.fixture
def form(qtbot: QtBot) -> FieldForm:
    made = FieldForm()
    made.show_fields(FIELDS)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    made.focus()
    return made


def test_one_of_few_is_taken_by_its_number_or_by_arrows(form: FieldForm) -> None:
    size = form.editors["size"]
    QTest.keyClick(size, Qt.Key.Key_2)
    assert form.value("size") == "m"
    QTest.keyClick(size, Qt.Key.Key_Right)
    QTest.keyClick(size, Qt.Key.Key_Right)
    assert form.value("size") == "l"
    QTest.keyClick(size, Qt.Key.Key_9)
    assert form.value("size") == "l", "there is no ninth"


def test_one_of_many_takes_the_first_that_is_found_or_the_one_that_was_walked_to(form: FieldForm, qtbot: QtBot) -> None:
    fruit = form.editors["fruit"]
    assert isinstance(fruit, QLineEdit)
    form.focus("fruit")
    QTest.keyClicks(fruit, "ch")
    assert form.value("fruit") == ""
    completer = fruit.completer()
    popup = completer.popup() if completer is not None else None
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert (form.value("fruit"), form.text("fruit")) == ("chanh", "Chanh")
    assert form.editors["text"].hasFocus()
    form.focus("fruit")
    QTest.keyClicks(fruit, "c")
    qtbot.waitUntil(popup.isVisible)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert form.value("fruit") == "cau"
    form.focus("fruit")
    QTest.keyClicks(fruit, "xoai")
    form.focus("name")
    assert (form.value("fruit"), form.text("fruit")) == ("", "xoai"), "what is none of them has no value"


def test_enter_goes_on_and_in_the_last_field_sends_and_shift_enter_is_a_new_line(form: FieldForm, qtbot: QtBot) -> None:
    text = form.editors["text"]
    form.focus("text")
    QTest.keyClicks(text, "a")
    QTest.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(text, "b")
    assert form.value("text") == "a\nb"
    with qtbot.assertNotEmitted(form.sent):
        QTest.keyClick(text, Qt.Key.Key_Return)
    name = form.editors["name"]
    assert name.hasFocus()
    with qtbot.waitSignal(form.sent):
        QTest.keyClick(name, Qt.Key.Key_Return)
    with qtbot.waitSignal(form.left):
        QTest.keyClick(name, Qt.Key.Key_Escape)


def test_what_stands_in_a_field_stays_when_others_come_and_an_error_goes_when_it_is_put_right(form: FieldForm) -> None:
    form.put("fruit", "cam", "Cam")
    form.put("text", "a")
    assert form.tell_error("text", "too short")
    assert not form.tell_error("colour", "there is no such field")
    form.focus("text")
    form.show_fields((FIELDS[1], Field("colour", "Colour"), FIELDS[2]))
    assert (form.value("fruit"), form.value("text"), form.value("name")) == ("cam", "a", "")
    assert form.editors["text"].hasFocus()
    form.tell_error("text", "too short")
    QTest.keyClicks(form.editors["text"], "b")
    assert form.errors["text"].isHidden()
