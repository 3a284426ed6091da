"""The cameras of the site as a tree of groups, and the search in it that needs no diacritics."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from PySide6.QtCore import (
    QByteArray,
    QCoreApplication,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QIcon, QPainter, QPixmap, QStandardItem, QStandardItemModel

from backend.contracts.folded import folded
from backend.contracts.recording import RecordingCondition, RecordingState
from backend.contracts.site import Camera
from console.models.recordings import SHAPES, TROUBLE, condition_words
from console.models.session import Session
from resources import tokens

CAMERA_MIME: Final = "application/x-trucban-camera"
MARK_PX: Final = 10
QUIET_PX: Final = 6
translate = QCoreApplication.translate
KEY_ROLE: Final = Qt.ItemDataRole.UserRole
FOLDED_ROLE: Final = Qt.ItemDataRole.UserRole + 1
CONDITION_ROLE: Final = Qt.ItemDataRole.UserRole + 2


class CameraTreeModel(QStandardItemModel):
    """Groups and their cameras. Rows of cameras carry `KEY_ROLE`; a lost one says so in its text."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._items: dict[str, QStandardItem] = {}
        self._digest: str | None = None

    def refresh(self, camera_ids: Sequence[str] | None = None) -> None:
        """Take the site and the cameras' conditions over from the state; `camera_ids` None = of all."""
        site = self._session.state.site
        digest = "" if site is None else site.digest
        if digest != self._digest:
            self._digest = digest
            self._build(() if site is None else site.cameras)
            self._add_own()
            camera_ids = None
        for camera_id in self._items if camera_ids is None else camera_ids:
            self._show_condition(camera_id)

    def mimeTypes(self) -> list[str]:
        return [CAMERA_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        keys = [str(index.data(KEY_ROLE)) for index in indexes if index.data(KEY_ROLE)]
        if keys:
            mime.setData(CAMERA_MIME, QByteArray(keys[0].encode()))
        return mime

    def _build(self, cameras: Sequence[Camera]) -> None:
        self.clear()
        self._items.clear()
        groups: dict[str, QStandardItem] = {}
        for camera in cameras:
            if camera.group not in groups:
                groups[camera.group] = self._item(camera.group, folded(camera.group))
                self.appendRow(groups[camera.group])
            name = self._session.local_name(camera.name_vi, camera.name_en)
            words = folded(f"{camera.name_vi} {camera.name_en} {camera.camera_id} {camera.owner} {camera.group}")
            item = self._item(name, words)
            item.setData(camera.camera_id, KEY_ROLE)
            item.setData(name, Qt.ItemDataRole.AccessibleTextRole)
            item.setDragEnabled(True)
            groups[camera.group].appendRow(item)
            self._items[camera.camera_id] = item

    def _add_own(self) -> None:
        """Cameras and files of the command line, as a group of their own."""
        if not self._session.video.own:
            return
        group = self._item(self.tr("From the command line"), "")
        self.appendRow(group)
        for own in self._session.video.own.values():
            item = self._item(own.name, folded(f"{own.name} {own.camera_id}"))
            item.setData(own.camera_id, KEY_ROLE)
            item.setDragEnabled(True)
            group.appendRow(item)

    @staticmethod
    def _item(text: str, words: str) -> QStandardItem:
        item = QStandardItem(text)
        item.setEditable(False)
        item.setDropEnabled(False)
        item.setDragEnabled(False)
        item.setData(words, FOLDED_ROLE)
        return item

    def _show_condition(self, camera_id: str) -> None:
        item = self._items.get(camera_id)
        if item is None:
            return
        name = str(item.data(Qt.ItemDataRole.AccessibleTextRole))
        state = self._session.state.cameras.get(camera_id)
        text = name
        if state is not None and state.condition == "lost":
            text = self.tr("{camera}  ✕ SIGNAL LOST").replace("{camera}", name)
        recording = self._session.state.recordings.get(camera_id)
        condition = None if recording is None else recording.condition
        if condition in TROUBLE:
            text += "  " + self.tr("recording: {condition}").format(condition=condition_words(recording))
        if item.text() != text:
            item.setText(text)
        if item.data(CONDITION_ROLE) != (condition or ""):
            item.setData(condition or "", CONDITION_ROLE)
            item.setIcon(_mark(condition))
            item.setToolTip("" if recording is None else _recording_tip(name, recording))


def _recording_tip(name: str, recording: RecordingState) -> str:
    words = translate("CameraTreeModel", "Recording: {condition}").format(condition=condition_words(recording))
    return f"{name}\n{words}: {recording.reason}" if recording.reason else f"{name}\n{words}"


@cache
def _mark(condition: RecordingCondition | None) -> QIcon:
    """A small shape beside the name: grey while it is as it should be, nothing where nothing is recorded."""
    if condition is None or condition == "off":
        return QIcon()
    picture = QPixmap(2 * MARK_PX, 2 * MARK_PX)
    picture.setDevicePixelRatio(2.0)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    font = QFont(tokens.FONT_FAMILY)
    font.setPixelSize(MARK_PX if condition in TROUBLE else QUIET_PX)
    painter.setFont(font)
    painter.setPen(QColor(tokens.SYSTEM if condition in TROUBLE else tokens.TEXT_3))
    painter.drawText(QRectF(0, 0, MARK_PX, MARK_PX), Qt.AlignmentFlag.AlignCenter, SHAPES[condition])
    painter.end()
    return QIcon(picture)


class CameraFilter(QSortFilterProxyModel):
    """Shows cameras whose name, id, owner or group holds every word typed, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []
        self.setRecursiveFilteringEnabled(True)

    def search(self, text: str) -> None:
        self._words = folded(text).split()
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: QModelIndex | QPersistentModelIndex) -> bool:
        if not self._words:
            return True
        index = self.sourceModel().index(source_row, 0, source_parent)
        if not index.data(KEY_ROLE):
            return False  # a group is there because of its cameras
        words = str(index.data(FOLDED_ROLE))
        return all(word in words for word in self._words)
