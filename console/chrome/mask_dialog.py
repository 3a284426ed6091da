"""Draws privacy masks over a camera's picture of the session's instant. Not modal: the room goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from console.models.session import Session
from widgets.mask_editor import Corners, MaskEditor

PICTURE_PX: Final = (960, 540)
LOOK_EVERY_MS: Final = 100


class MaskDialog(QDialog):
    """Signals: `drawn` (camera_id, polygons) whenever one was closed or taken back."""

    drawn = Signal(str, object)

    def __init__(self, session: Session, camera_id: str, masks: Sequence[Corners], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        site = session.state.site
        names = {one.camera_id: session.local_name(one.name_vi, one.name_en) for one in (site.cameras if site else ())}
        self.setWindowTitle(self.tr("Masks: {camera}").format(camera=names.get(camera_id, camera_id)))
        self._camera_id = camera_id
        self.editor = MaskEditor()
        self.editor.setMinimumSize(640, 360)
        self.editor.set_masks(masks)
        self.editor.set_picture(None, self.tr("Waiting for the camera's picture…"))
        self.editor.changed.connect(lambda: self.drawn.emit(self._camera_id, self.editor.masks))
        hint = QLabel(self.tr("Click corner after corner, the first one again to close. Backspace takes back."))
        hint.setObjectName("cardSince")
        back = QPushButton(self.tr("Take back"))
        back.setAutoDefault(False)
        back.clicked.connect(self.editor.take_back)
        done = QPushButton(self.tr("Done"))
        done.setAutoDefault(False)
        done.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(hint, 1)
        row.addWidget(back)
        row.addWidget(done)
        column = QVBoxLayout(self)
        column.addWidget(self.editor, 1)
        column.addLayout(row)
        self._feed = session.video.open(camera_id, PICTURE_PX, "main")
        # Not in closeEvent: Esc brings none. Destroyed without a word when the dialog below it goes first.
        self.finished.connect(self._end)
        self.destroyed.connect(self._feed.close)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self.editor.setFocus()

    def _look(self) -> None:
        """One picture is enough: nothing moves under the pointer of who draws."""
        picture, state = self._feed.image(), self._feed.status().state
        if picture is not None:
            self.editor.set_picture(picture.copy())
            self._end()
        elif state in ("lost", "gap", "damaged"):
            self.editor.set_picture(None, self.tr("There is no picture of this camera at this instant."))

    def _end(self) -> None:
        self._timer.stop()
        self._feed.close()
