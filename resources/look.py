"""The desk's style sheet, written from the tokens."""

from __future__ import annotations

from string import Template
from typing import Final

from resources import tokens

_SHEET: Final = Template("""
* { font-family: "$FONT_FAMILY"; font-size: ${FONT_PX}px; color: $TEXT_1; }
QMainWindow, QDialog, QWidget#room { background: $WINDOW; }
QMainWindow::separator { background: $WINDOW; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: $LINE_STRONG; }
QDockWidget { background: $PANEL; color: $TEXT_2; titlebar-close-icon: none; }
QWidget#dockTitle { background: $RAISED; border-bottom: 1px solid $LINE; }
QLabel#dockTitleText { color: $TEXT_2; font-weight: 600; }
QPushButton#dockButton { color: $TEXT_3; padding: 0 4px; }
QDockWidget > QWidget { background: $PANEL; }
QWidget#header, QStatusBar, QWidget#statusBar { background: $PANEL; border: none; }
QWidget#header { border-bottom: 1px solid $LINE; }
QWidget#statusBar { border-top: 1px solid $LINE; }
QWidget#statusBar QLabel, QWidget#statusBar QPushButton { font-size: ${SMALL_PX}px; color: $TEXT_2; }
QWidget#statusBar QLabel[trouble="true"] { color: $SYSTEM; }
QLabel#brand { font-weight: 700; color: $TEXT_1; padding: 0 12px; }
QLabel#clock { font-size: 15px; color: $TEXT_1; padding: 0 8px; }
QLabel#simulated { color: $TEXT_1; border: 1px dashed $TEXT_2; padding: 1px 8px; font-size: ${SMALL_PX}px; }
QPushButton { background: $RAISED; border: 1px solid $LINE; padding: 4px 10px; border-radius: 2px; }
QPushButton:hover { background: $HOVER; border-color: $LINE_STRONG; }
QPushButton:focus { border-color: $FOCUS; }
QPushButton:disabled { color: $TEXT_3; background: $PANEL; }
QPushButton:checked { background: $SELECTED; border-color: $LINE_STRONG; }
QPushButton[primary="true"]:enabled { background: $TEXT_1; color: $DARK_GLYPH; font-weight: 600; }
QPushButton:flat { border: none; background: transparent; }
QPushButton:flat:hover { background: $HOVER; }
QPushButton#tab { border: none; border-radius: 0; background: transparent; color: $TEXT_2; padding: 8px 14px; }
QPushButton#tab:hover { background: $HOVER; }
QPushButton#tab:checked { color: $TEXT_1; border-bottom: 2px solid $TEXT_1; background: transparent; }
QPushButton#filter { padding: 4px 8px; color: $TEXT_2; border: none; background: transparent; border-radius: 2px; }
QPushButton#filter:checked { background: $SELECTED; color: $TEXT_1; }
QPushButton#warning { color: $TEXT_1; border: 1px solid $TEXT_2; }
QLineEdit, QComboBox, QPlainTextEdit, QSpinBox {
  background: $WINDOW; border: 1px solid $LINE_STRONG; padding: 4px 6px; selection-background-color: $SELECTED; }
QLineEdit:focus, QComboBox:focus { border-color: $FOCUS; }
QComboBox QAbstractItemView, QMenu { background: $RAISED; border: 1px solid $LINE_STRONG; }
QMenu::item { padding: 5px 24px 5px 12px; }
QMenu::item:selected, QComboBox QAbstractItemView::item:selected { background: $SELECTED; }
QMenu::item:disabled { color: $TEXT_3; }
QMenu::separator { height: 1px; background: $LINE; margin: 4px 0; }
QAbstractItemView { background: $PANEL; border: none; outline: none; selection-background-color: $SELECTED;
  selection-color: $TEXT_1; alternate-background-color: $PANEL; }
QTreeView::item { height: ${ROW_PX}px; }
QHeaderView::section { background: $RAISED; color: $TEXT_2; border: none; border-bottom: 1px solid $LINE;
  padding: 4px; }
QScrollArea, QScrollArea > QWidget > QWidget { background: $PANEL; border: none; }
QScrollArea#roll, QScrollArea#roll > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: $LINE_STRONG; border-radius: 4px; min-height: 24px; min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none;
  width: 0; height: 0; }
QTabBar::tab { background: $RAISED; color: $TEXT_2; padding: 4px 10px; border: none; }
QTabBar::tab:selected { background: $SELECTED; color: $TEXT_1; }
QToolTip { background: $RAISED; color: $TEXT_1; border: 1px solid $LINE_STRONG; padding: 4px; }
QWidget#panelBar, QWidget#panelHeader, QWidget#mapHeader { background: $PANEL; }
QWidget#panelBar QToolButton, QWidget#panelHeader QToolButton, QWidget#mapHeader QToolButton { padding: 2px 6px;
  border: none; background: transparent; }
QWidget#panelBar QToolButton:hover, QWidget#panelHeader QToolButton:hover, QWidget#mapHeader QToolButton:hover {
  background: $HOVER; }
QWidget#panelBar QToolButton:checked, QWidget#panelHeader QToolButton:checked { background: $SELECTED; }
QWidget#panelBar QComboBox, QWidget#mapHeader QLineEdit { padding: 0 6px; }
QWidget#panelHeader QPushButton { padding: 1px 8px; }
QLabel#panelMessage { color: $TEXT_2; }
QLabel#empty { color: $TEXT_2; padding: 24px; }
QLabel#inboxLoad { color: $TEXT_2; padding: 5px 8px; border-top: 1px solid $LINE; font-size: ${SMALL_PX}px; }
QLabel#inboxLoad[flood="true"] { color: $DARK_GLYPH; background: $P2; font-weight: 600; }
QLabel#cardHeadline { font-size: 16px; font-weight: 600; }
QLabel#cardPhase, QLabel#cardSince, QLabel#factLabel, QLabel#historyTime { color: $TEXT_2; }
QLabel#cardSection { color: $TEXT_2; border-top: 1px solid $LINE; padding-top: 8px; }
QLabel#cardDispatch { color: $TEXT_1; font-weight: 600; }
QLabel#cardDispatch[late="true"] { color: $P1; }
QLabel#cardRespond { color: $TEXT_1; background: $RAISED; padding: 8px 10px; border-left: 3px solid $TEXT_2; }
QLabel#factStrong { font-weight: 600; }
QLabel#outcome { color: $TEXT_2; }
QLabel#outcome[failed="true"] { color: $P2; }
QLabel#fieldError { color: $P2; }
QWidget#pickRow { border: 1px solid transparent; border-radius: 3px; }
QWidget#pickRow:focus { border-color: $FOCUS; }
QLabel#crisisHead { background: $RAISED; color: $TEXT_1; border-left: 4px solid $P1; padding: 6px 8px;
  font-weight: 600; }
QLabel#crisisText { background: $RAISED; color: $TEXT_2; border-left: 4px solid $P1; padding: 0 8px 6px 8px; }
QLabel#crisisHead[over="true"], QLabel#crisisText[over="true"] { border-left-color: $LINE_STRONG; }
QPushButton#callChip { background: $SELECTED; color: $TEXT_1; font-weight: 600; padding: 4px 10px; }
QPushButton#figuresChip { background: $RAISED; color: $P2; font-weight: 600; padding: 4px 10px; }
QLabel#callWaits { background: $SELECTED; color: $TEXT_1; padding: 6px 8px; }
QFrame#finder, QFrame#help { background: $RAISED; border: 1px solid $LINE_STRONG; }
QFrame#finder QLineEdit { font-size: 16px; padding: 8px; }
QFrame#finder QListView { background: $RAISED; }
QLabel#replayClock { font-size: 15px; font-weight: 600; padding: 0 12px; color: $REPLAY_TEXT; }
QWidget#replay_room { background: $REPLAY; }
QLabel#replayMark { background: $REPLAY; color: white; font-weight: 700; padding: 2px 12px; }
QWidget#transport { background: $PANEL; border-top: 1px solid $LINE; }
QWidget#transport QPushButton { padding: 3px 8px; }
QWidget#transport QPushButton#transportButton { padding: 0; border-color: transparent; background: transparent; }
QWidget#transport QPushButton#transportButton:hover:enabled { background: $HOVER; border-color: $LINE_STRONG; }
QWidget#transport QPushButton#transportButton:focus { border-color: $FOCUS; }
QWidget#transport QLabel#replayClock { padding: 0 8px; }
QLabel#transportOutcome { color: $TEXT_1; background: $RAISED; border: 1px solid $LINE_STRONG; padding: 3px 10px; }
QLabel#transportOutcome[failed="true"] { color: $P2; }
QCheckBox::indicator, QRadioButton::indicator, QListView::indicator { width: 12px; height: 12px;
  border: 1px solid $TEXT_3; background: $WINDOW; }
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked, QListView::indicator:checked { background: $TEXT_1;
  border-color: $TEXT_1; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled, QListView::indicator:disabled {
  border-color: $LINE_STRONG; }
QCheckBox::indicator:checked:disabled, QListView::indicator:checked:disabled { background: $LINE_STRONG; }
QLineEdit:disabled { color: $TEXT_3; border-color: $LINE; }
QPushButton#timelineBack { background: $RAISED; color: $TEXT_2; padding: 1px 8px; font-size: ${SMALL_PX}px; }
""")


def style_sheet() -> str:
    """Qt style sheet of the whole application."""
    values = {name: value for name, value in vars(tokens).items() if isinstance(value, str | int) and name.isupper()}
    return _SHEET.substitute({name: str(value) for name, value in values.items()})
