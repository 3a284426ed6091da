"""What the transport asks for: an instant, or what is to be held or exported. Never modal: the room goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal

from pydantic import ValidationError
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from backend.contracts.commands import HoldEvidence, OrderExport
from backend.contracts.recording import LONGEST_EXPORT_MS, LONGEST_HOLD_MS, ExportOrder, Mask
from console.chrome.finder import folded
from console.chrome.mask_dialog import MaskDialog
from console.chrome.transport_parts import length_words, tell_outcome
from console.commands.commands import Pending, new_id
from console.models.instants import parse_instant
from console.models.numbers import format_date
from console.models.session import Session
from widgets.mask_editor import Corners
from widgets.timeline_scale import instant_text

EvidenceKind = Literal["hold", "export"]
LONGEST_MS: Final[dict[EvidenceKind, int]] = {"hold": LONGEST_HOLD_MS, "export": LONGEST_EXPORT_MS}
"""Told here before the server has to refuse."""

TITLE_MOST: Final = {"hold": 500, "export": 200}
WIDTH_PX: Final = 460
LIST_PX: Final = 180


class GoToDialog(QDialog):
    """Shows below the field which instant is meant, while it is typed.

    Signals:
        chosen: (at_ms)
    """

    chosen = Signal(object)

    def __init__(
        self, here_ms: Callable[[], int], present_ms: Callable[[], int], utc_offset_min: int, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._here_ms, self._present_ms, self._offset_min = here_ms, present_ms, utc_offset_min
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Go to an instant"))
        self.setMinimumWidth(340)
        self.field = QLineEdit()
        self.field.setPlaceholderText("10:02   10:02:15   22/11 10:02:15   " + self.tr("-5 min"))
        self.field.textChanged.connect(self._tell)
        self._meant = QLabel()
        self._meant.setObjectName("cardSince")
        self._go = QPushButton(self.tr("Go"))
        self._go.setProperty("primary", True)
        self._go.setDefault(True)
        self._go.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        row.addWidget(self._go)
        column = QVBoxLayout(self)
        column.addLayout(row)
        column.addWidget(self._meant)
        self._tell()
        self.field.setFocus()

    def instant_ms(self) -> int | None:
        """What the words mean now."""
        return parse_instant(self.field.text(), self._here_ms(), self._present_ms(), self._offset_min)

    def _tell(self) -> None:
        at_ms = self.instant_ms()
        self._go.setEnabled(at_ms is not None and at_ms >= 0)
        if at_ms is not None and at_ms >= 0:
            date = format_date(at_ms, self._offset_min)
            words = f"→ {instant_text(at_ms, self._offset_min).partition(' · ')[0]} · {date}"
            if at_ms > self._present_ms():
                words += "  ·  " + self.tr("not yet: goes to the newest instant")
            self._meant.setText(words)
        elif self.field.text().strip():
            self._meant.setText(self.tr("Not understood. For example: 10:02:15"))
        else:
            self._meant.setText(self.tr("A time alone is of the day that is replayed"))

    def _choose(self) -> None:
        at_ms = self.instant_ms()
        if at_ms is not None:
            self.chosen.emit(at_ms)
            self.close()


class EvidenceDialog(QDialog):
    """What is to be kept beyond retention, or given out as a package. Closes when the room has taken it.

    Signals:
        done_words: a sentence that tells what was done.
    """

    done_words = Signal(str)

    def __init__(self, session: Session, kind: EvidenceKind, span_ms: tuple[int, int], parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._kind = kind
        self._span_ms = span_ms
        self.pending: Pending | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Hold evidence") if kind == "hold" else self.tr("Export evidence"))
        self.setMinimumWidth(WIDTH_PX)
        form = QFormLayout()
        form.addRow(self.tr("Span"), QLabel(self._span_words()))
        self.words = QLineEdit(self._suggested())
        self.words.setMaxLength(TITLE_MOST[kind])
        self.words.textChanged.connect(self._tell)
        form.addRow(self.tr("Reason") if kind == "hold" else self.tr("Title"), self.words)
        form.addRow(self.tr("Cameras"), self._make_cameras())
        self.watermark = QLineEdit(self._watermark_words())
        self.marked = QCheckBox(self.tr("A second copy with this text burnt in:"))
        self._masks: dict[str, Sequence[Corners]] = {}
        self.mask_camera = QComboBox()
        self.draw_masks = QPushButton(self.tr("Draw…"))
        self._masked = QLabel()
        self.encrypted = QCheckBox(self.tr("Encrypt the package (a passphrase is made for you)"))
        if kind == "export":
            self._add_copies(form)
        self._outcome = QLabel()
        self._outcome.setObjectName("outcome")
        self._outcome.setWordWrap(True)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._outcome)
        column.addLayout(self._make_buttons())
        self._tell()
        self.words.setFocus()

    # -- parts -------------------------------------------------------------------------------------------------

    def _make_cameras(self) -> QWidget:
        site = self._session.live.state.site
        cameras = site.cameras if site is not None else ()
        self.every = QRadioButton(self.tr("all {count}").format(count=len(cameras)))
        self.some = QRadioButton(self.tr("chosen ones"))
        choice = QButtonGroup(self)
        row = QHBoxLayout()
        for button in (self.every, self.some):
            choice.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self.cameras = QListWidget()
        self.cameras.setFixedHeight(LIST_PX)
        self.cameras.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Name of a camera"))
        self._filter.textChanged.connect(self._narrow)
        current = self._session.selection.current
        picked = current.key if current is not None and current.kind == "camera" else ""
        for camera in cameras:
            item = QListWidgetItem(self._session.local_name(camera.name_vi, camera.name_en), self.cameras)
            item.setData(Qt.ItemDataRole.UserRole, camera.camera_id)
            item.setCheckState(Qt.CheckState.Checked if camera.camera_id == picked else Qt.CheckState.Unchecked)
        (self.some if picked else self.every).setChecked(True)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._filter)
        column.addWidget(self.cameras)
        self.every.toggled.connect(self._tell)
        self.cameras.itemChanged.connect(lambda item: self._tell())
        return box

    def _add_copies(self, form: QFormLayout) -> None:
        self.watermark.setMaxLength(200)
        self.watermark.setEnabled(False)
        self.marked.toggled.connect(self.watermark.setEnabled)
        form.addRow(self.tr("Watermark"), self.marked)
        form.addRow("", self.watermark)
        form.addRow(self.tr("Masks"), self._make_masks())
        form.addRow(self.tr("Protection"), self.encrypted)

    def _make_masks(self) -> QWidget:
        """Which places of which camera are painted over; the untouched recording of such a camera is left out."""
        site = self._session.live.state.site
        for camera in site.cameras if site is not None else ():
            name = self._session.local_name(camera.name_vi, camera.name_en)
            self.mask_camera.addItem(name, camera.camera_id)
        current = self._session.selection.current
        if current is not None and current.kind == "camera":
            self.mask_camera.setCurrentIndex(max(0, self.mask_camera.findData(current.key)))
        self.draw_masks.setAutoDefault(False)
        self.draw_masks.clicked.connect(self._ask_masks)
        self._masked.setObjectName("cardSince")
        self._masked.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.mask_camera, 1)
        row.addWidget(self.draw_masks)
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._masked)
        self._tell_masks()
        return box

    def _make_buttons(self) -> QHBoxLayout:
        self.submit = QPushButton(self.tr("Hold") if self._kind == "hold" else self.tr("Export"))
        self.submit.setProperty("primary", True)
        self.submit.setDefault(True)
        self.submit.clicked.connect(self._submit)
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(close)
        row.addWidget(self.submit)
        return row

    # -- what is wanted ----------------------------------------------------------------------------------------

    def camera_ids(self) -> tuple[str, ...]:
        """Those that are wanted, in the site's order."""
        items = [self.cameras.item(row) for row in range(self.cameras.count())]
        return tuple(
            str(item.data(Qt.ItemDataRole.UserRole))
            for item in items
            if self.every.isChecked() or item.checkState() == Qt.CheckState.Checked
        )

    def _span_words(self) -> str:
        begin_ms, end_ms = self._span_ms
        offset_min = self._offset_min
        begin, end = (instant_text(at_ms, offset_min) for at_ms in (begin_ms, end_ms))
        return f"{begin}  –  {end}   ({length_words(end_ms - begin_ms, self._session.language)})"

    @property
    def _offset_min(self) -> int:
        site = self._session.live.state.site
        return site.utc_offset_min if site is not None else 0

    def _alert_id(self) -> str:
        current = self._session.selection.current
        return current.key if current is not None and current.kind == "alert" else ""

    def _suggested(self) -> str:
        """The headline of the alert that is selected."""
        alert = self._session.state.find_alert(self._alert_id())
        return self._session.alerts.headline(alert)[: TITLE_MOST[self._kind]] if alert is not None else ""

    def _watermark_words(self) -> str:
        operator = self._session.live.operator
        name = operator.display_name if operator is not None else ""
        return " · ".join(part for part in (name, format_date(self._span_ms[0], self._offset_min)) if part)

    def _trouble(self) -> str:
        """Why it cannot be asked for as it stands; "" = it can."""
        if self._span_ms[1] - self._span_ms[0] > LONGEST_MS[self._kind]:
            longest = length_words(LONGEST_MS[self._kind], self._session.language)
            return self.tr("The span is too long: at most {longest}").format(longest=longest)
        if not self.words.text().strip():
            return self.tr("Say why") if self._kind == "hold" else self.tr("Give it a title")
        if not self.camera_ids():
            return self.tr("Choose at least one camera")
        return ""

    def _narrow(self, text: str) -> None:
        wanted = folded(text)
        for row in range(self.cameras.count()):
            item = self.cameras.item(row)
            item.setHidden(wanted not in folded(item.text()))

    def _ask_masks(self) -> None:
        camera_id = str(self.mask_camera.currentData())
        dialog = MaskDialog(self._session, camera_id, self._masks.get(camera_id, ()), self)
        dialog.drawn.connect(self.set_masks)
        dialog.show()

    def set_masks(self, camera_id: str, polygons: Sequence[Corners]) -> None:
        """These places of a camera are painted over."""
        if polygons:
            self._masks[camera_id] = polygons
        else:
            self._masks.pop(camera_id, None)
        self._tell_masks()
        self._tell()

    def _tell_masks(self) -> None:
        names = [
            self.mask_camera.itemText(index)
            for index in range(self.mask_camera.count())
            if self.mask_camera.itemData(index) in self._masks
        ]
        text = self.tr("Painted over in copies; the originals stay out: {names}").format(names=", ".join(names))
        self._masked.setText(text if names else "")
        self._masked.setVisible(bool(names))

    # -- asking ------------------------------------------------------------------------------------------------

    def _submit(self) -> None:
        try:
            command = self._hold_wish() if self._kind == "hold" else self._export_wish()
        except ValidationError as error:
            self._show_outcome(error.errors(include_url=False, include_input=False)[0]["msg"], failed=True)
            return
        pending = self.pending = self._session.live.commands.submit_room(command)
        # The dialog may be closed before the answer comes.
        pending.changed.connect(lambda: self._follow(pending) if isValid(self) else None)
        self._follow(pending)

    def _hold_wish(self) -> HoldEvidence:
        return HoldEvidence(
            command_id=new_id(),
            hold_id=new_id(),
            camera_ids=() if self.every.isChecked() else self.camera_ids(),
            start_ms=self._span_ms[0],
            end_ms=self._span_ms[1],
            alert_id=self._alert_id(),
            reason=self.words.text().strip(),
        )

    def _export_wish(self) -> OrderExport:
        order = ExportOrder(
            title=self.words.text().strip(),
            start_ms=self._span_ms[0],
            end_ms=self._span_ms[1],
            camera_ids=self.camera_ids(),
            alert_id=self._alert_id(),
            watermark=self.watermark.text().strip() if self.marked.isChecked() else "",
            masks=tuple(
                Mask(camera_id=camera_id, corners=corners)
                for camera_id, polygons in self._masks.items()
                if camera_id in self.camera_ids()
                for corners in polygons
            ),
            encrypt=self.encrypted.isChecked(),
        )
        return OrderExport(command_id=new_id(), export_id=new_id(), order=order)

    def _follow(self, pending: Pending) -> None:
        if pending.waiting:
            self._show_outcome(self.tr("Sent, waiting for the server…"), failed=False)
        elif pending.failed:
            self._show_outcome(pending.reason, failed=True)
        else:
            title = self.words.text().strip()
            words = self.tr("Evidence is held: {title}") if self._kind == "hold" else self.tr("Exporting: {title}")
            self.done_words.emit(words.format(title=title))
            self.close()
            return
        self._tell()

    def _show_outcome(self, text: str, failed: bool) -> None:
        tell_outcome(self._outcome, text, failed)

    def _tell(self) -> None:
        for part in (self.cameras, self._filter):
            part.setEnabled(self.some.isChecked())
        trouble = self._trouble()
        waiting = self.pending is not None and self.pending.waiting
        self.submit.setEnabled(not trouble and not waiting)
        self.submit.setToolTip(trouble)
        if self.pending is None:
            self._show_outcome(trouble, failed=False)
