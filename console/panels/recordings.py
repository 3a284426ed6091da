"""Recording: how each camera's recording does, room on the disks, evidence that is held, packages that are made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, QEvent, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from backend.contracts.commands import ChangeExport, ReleaseEvidence
from backend.contracts.recording import ExportPassphrase, ExportPassphraseRequest, RecorderHealth, VolumeHealth
from backend.contracts.state import Delta
from console.commands.commands import Pending, new_id
from console.models.evidence import ExportsModel, HoldsModel
from console.models.recordings import (
    FIGURES,
    FIGURES_ROLE,
    KEY_ROLE,
    TROUBLE,
    Column,
    HealthPoll,
    RecordingsModel,
    bytes_words,
    counts,
    volume_words,
)
from console.models.session import Selected, Session
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.elided_label import ElidedLabel
from widgets.progress_row import ROW_PX, ProgressRowDelegate
from widgets.row_table import RowTable
from widgets.save_dialog import ask_where
from widgets.volume_bar import VolumeBars, VolumeLook

LISTS_PX: Final = 4 * ROW_PX + tokens.HEADER_PX
MODE_FROM_PX: Final = 760
"""In a narrower panel the mode of a camera stands in its tool tip only."""
BEFORE_MS: Final = 60_000
AFTER_MS: Final = 60_000
"""An alert's package begins so long before it and ends so long after it."""

PACKAGE: Final = "ZIP (*.zip)"


class RecordingsPanel(Panel):
    """Selecting a camera selects it for the room. In a replay: conditions, holds and exports as they stood then."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._failure = ""
        self._bytes_day = 0
        self.model = RecordingsModel(session, self)
        self.holds = HoldsModel(session, self)
        self.exports = ExportsModel(session, self)
        self._poll = HealthPoll(session, self)
        self._poll.arrived.connect(self._take_health)
        self._poll.failed.connect(self._health_failed)
        self._build()
        for changed in (self.holds.modelReset, self.exports.modelReset, self.exports.dataChanged):
            changed.connect(self._tell)
        session.changed.connect(self._room_changed)
        session.selection.changed.connect(self._show_selected)
        session.operator_changed.connect(self._tell)
        session.link.changed.connect(self._tell)
        self._tell()

    # -- building ----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._summary = ElidedLabel(parent=self)
        self._summary.setObjectName("panelHeader")
        self._summary.setIndent(8)
        self._summary.setFixedHeight(tokens.HEADER_PX)
        # Drawn, not a label: it tells figures of this moment, which are no part of the replayed room.
        self._volumes = VolumeBars(self)
        self._message = QLabel(self)
        self._message.setObjectName("empty")
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build_table()
        below = QHBoxLayout()
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(1)
        below.addWidget(self._hold_part(), 1)
        below.addWidget(self._export_part(), 1)
        self._outcome = ElidedLabel(parent=self)
        self._outcome.setObjectName("outcome")
        self._outcome.setIndent(8)
        self._outcome.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._summary)
        column.addWidget(self._volumes)
        column.addWidget(self._message, 1)
        column.addWidget(self.table, 1)
        column.addLayout(below)
        column.addWidget(self._outcome)

    def _build_table(self) -> None:
        self.table = RowTable(self.model, (Column.CAMERA, Column.CONDITION), self)
        self.table.setAccessibleName(self.tr("Recording of the cameras"))
        self.table.setItemDelegate(_FigureDelegate(self.table))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.table.horizontalHeader().setDefaultAlignment(left)
        for column in FIGURES:
            self.table.setColumnHidden(column, self._session.replay is not None)
        self.table.selectionModel().currentRowChanged.connect(self._current_changed)
        self.setFocusProxy(self.table)

    def _hold_part(self) -> QWidget:
        self.hold_list = self._list(self.tr("Evidence held"), self.holds)
        self._hold_empty = self._empty(self.tr("Nothing is held. A span is held from the replay's timeline."))
        self.release = self._button(self.tr("Release…"), self._ask_release)
        self.reason = QLineEdit(self, maxLength=500)
        self.reason.setPlaceholderText(self.tr("Why it need not be kept any more · Enter releases, Esc does not"))
        self.reason.returnPressed.connect(self._release)
        self.reason.hide()
        self.reason.installEventFilter(self)
        return self._part(self.tr("Evidence held"), [self.release], self._hold_empty, self.hold_list, self.reason)

    def _export_part(self) -> QWidget:
        self.export_list = self._list(self.tr("Evidence packages"), self.exports)
        self._export_empty = self._empty(self.tr("No package yet. Select an alert and order one."))
        self.order = self._button(self.tr("Of the alert…"), self._order)
        self.order.setToolTip(self.tr("Order a package of the selected alert: a minute before it until a minute after"))
        self.change = self._button(self.tr("Stop"), self._change)
        self.fetch = self._button(self.tr("Save…"), self._ask_where)
        self.fetch.setToolTip(self.tr("Fetch the package from the server and save it here"))
        self.open_phrase = self._button(self.tr("Passphrase"), self._ask_phrase)
        self.open_phrase.setToolTip(self.tr("Show what opens the encrypted package; who asked is recorded"))
        self.phrase = QLineEdit(self, readOnly=True)
        self.phrase.hide()
        buttons = [self.order, self.change, self.fetch, self.open_phrase]
        return self._part(self.tr("Evidence packages"), buttons, self._export_empty, self.export_list, self.phrase)

    def _list(self, name: str, model: HoldsModel | ExportsModel) -> QListView:
        view = QListView(self)
        view.setAccessibleName(name)
        view.setModel(model)
        view.setItemDelegate(ProgressRowDelegate(view))
        view.setMouseTracking(True)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        view.selectionModel().currentChanged.connect(self._tell_actions)
        return view

    def _empty(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setObjectName("panelMessage")
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return label

    def _button(self, text: str, act: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.setFixedHeight(tokens.HEADER_PX - 4)
        button.clicked.connect(act)
        return button

    def _part(
        self, title: str, buttons: list[QPushButton], empty: QLabel, view: QListView, field: QLineEdit
    ) -> QWidget:
        part, head = QWidget(self), QWidget(self)
        head.setObjectName("panelHeader")
        row = QHBoxLayout(head)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(tokens.GRID_PX)
        row.addWidget(ElidedLabel(title, head), 1)
        for button in buttons:
            row.addWidget(button)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(empty, 1)
        column.addWidget(view, 1)
        column.addWidget(field)
        part.setFixedHeight(LISTS_PX)
        return part

    # -- what is shown -----------------------------------------------------------------------------------------

    @property
    def summary(self) -> str:
        return self._summary.text()

    @property
    def outcome(self) -> str:
        return self._outcome.text()

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.recordings or delta.evidence or delta.alerts:
            self._tell()

    def _tell(self) -> None:
        self._tell_summary()
        state = self._session.state
        some = self.model.rowCount() > 0
        self.table.setVisible(some)
        self._message.setVisible(not some)
        if not some:
            site = state.site
            self._message.setText(
                self.tr("Waiting for the site from the server")
                if site is None
                else self.tr("This site has no camera. Cameras are entered in cameras.csv of the site.")
            )
        for view, empty in ((self.hold_list, self._hold_empty), (self.export_list, self._export_empty)):
            filled = view.model().rowCount() > 0
            view.setVisible(filled)
            empty.setVisible(not filled)
        self._tell_actions()

    def _tell_summary(self) -> None:
        state = self._session.state
        well, wanted = counts(state)
        if not state.recordings:
            self._summary.setText(
                self.tr("Nothing is known of the recording: the server records nothing, or has not begun.")
            )
            return
        conditions = [one.condition for one in state.recordings.values()]
        parts = [self.tr("{well} of {wanted} cameras recorded as they should").format(well=well, wanted=wanted)]
        texts = {"failed": self.tr("{count} cannot be stored"), "gap": self.tr("{count} with a gap now")}
        parts += [
            "⬢ " + texts[condition].format(count=conditions.count(condition))
            for condition in sorted(TROUBLE)
            if condition in conditions
        ]
        off = conditions.count("off")
        if off:
            parts.append(self.tr("{count} not recorded").format(count=off))
        if self._session.replay is None and self._session.link.condition == "lost":
            parts.append(self.tr("LINK LOST: what is shown is old"))
        self._summary.setText("   ·   ".join(parts))

    def _take_health(self, health: RecorderHealth) -> None:
        self._failure = ""
        self._bytes_day = sum(one.bytes_day for one in health.cameras)
        self.model.take(health)
        looks = [self._look_of(volume) for volume in health.volumes]
        if self._bytes_day and looks:
            words = self.tr("{bytes} a day together").format(bytes=bytes_words(self._bytes_day, self._session.language))
            looks[0] = VolumeLook(f"{looks[0].words} · {words}", looks[0].used, looks[0].held, looks[0].trouble)
        self._volumes.show_volumes(looks)

    def _look_of(self, volume: VolumeHealth) -> VolumeLook:
        whole = max(1, volume.free_bytes + volume.used_bytes)
        words = volume_words(volume, self._session.language)
        return VolumeLook(words, volume.used_bytes / whole, volume.held_bytes / whole, bool(volume.fault))

    def _health_failed(self, reason: str) -> None:
        self._failure = reason
        words = self.tr("Figures of the recorder could not be loaded: {reason}").format(reason=reason)
        self._volumes.show_volumes([VolumeLook(f"⬢ {words}", 0.0, 0.0, trouble=True)])

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._poll.watch(True)
        self.exports.watch(True)
        self._tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < MODE_FROM_PX
        self.table.setColumnHidden(Column.MODE, narrow or self._session.replay is not None)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._poll.watch(False)
        self.exports.watch(False)
        self._hide_phrase()

    # -- selection ---------------------------------------------------------------------------------------------

    def _current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        camera_id = current.data(KEY_ROLE)
        if isinstance(camera_id, str):
            self._session.selection.select("camera", camera_id)

    def _show_selected(self, selected: Selected | None) -> None:
        self._tell_actions()
        if selected is None or selected.kind != "camera":
            return
        for number, row in enumerate(self.model.rows):
            if row.camera_id == selected.key and self.table.currentIndex().row() != number:
                self.table.setCurrentIndex(self.model.index(number, 0))

    def _selected_alert(self) -> str:
        current = self._session.selection.current
        return current.key if current is not None and current.kind == "alert" else ""

    # -- actions -----------------------------------------------------------------------------------------------

    def _tell_actions(self) -> None:
        session = self._session
        export = self.exports.export(_key(self.export_list))
        condition = export.condition if export is not None else ""
        goes_on = condition in ("cancelled", "failed")
        self.release.setEnabled(bool(_key(self.hold_list)) and session.may("evidence.release"))
        self.order.setEnabled(bool(self._selected_alert()) and session.may("evidence.export"))
        self.change.setText(self.tr("Go on") if goes_on else self.tr("Stop"))
        self.change.setEnabled((condition == "running" or goes_on) and session.may("evidence.change_export"))
        self.fetch.setEnabled(condition == "done" and session.may("evidence.export"))
        encrypted = export is not None and export.order.encrypt
        self.open_phrase.setVisible(encrypted)
        self.open_phrase.setEnabled(encrypted and session.may("evidence.export"))
        if not encrypted:
            self._hide_phrase()

    def _ask_release(self) -> None:
        self.reason.show()
        self.reason.setFocus()

    def _release(self) -> None:
        hold_id, reason = _key(self.hold_list), self.reason.text().strip()
        if hold_id and reason:
            command = ReleaseEvidence(command_id=new_id(), hold_id=hold_id, reason=reason)
            self._follow(self._session.commands.submit_room(command))
            self._leave_release()

    def _leave_release(self) -> None:
        self.reason.clear()
        self.reason.hide()
        self.hold_list.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves the reason."""
        if watched is not self.reason or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() != Qt.Key.Key_Escape:
            return False
        self._leave_release()
        return True

    def _change(self) -> None:
        export = self.exports.export(_key(self.export_list))
        if export is not None:
            wish = ChangeExport(
                command_id=new_id(),
                export_id=export.export_id,
                wish="cancel" if export.condition == "running" else "resume",
            )
            self._follow(self._session.commands.submit_room(wish))

    def _order(self) -> None:
        """Around the selected alert; the rest is asked for by the room's own dialog."""
        alert = self._session.state.find_alert(self._selected_alert())
        if alert is not None:
            now_ms = self._session.clock.now_ms()
            is_open = alert.alert_id in self._session.state.alerts
            end_ms = now_ms if is_open else min(now_ms, alert.changed_ms + AFTER_MS)
            self._session.evidence_wanted.emit("export", alert.raised_ms - BEFORE_MS, end_ms)

    def _follow(self, pending: Pending) -> None:
        pending.changed.connect(partial(self._say_pending, pending))
        self._say_pending(pending)

    def _say_pending(self, pending: Pending) -> None:
        if not isValid(self):
            return
        if pending.waiting:
            self._say(self.tr("Sent, waiting for the server …"))
        else:
            self._say(pending.reason if pending.failed else "", failed=pending.failed)

    def _say(self, text: str, failed: bool = False) -> None:
        self._outcome.setText(text)
        self._outcome.setProperty("failed", failed)
        self._outcome.style().polish(self._outcome)
        self._outcome.setVisible(bool(text))

    # -- packages ----------------------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        export = self.exports.export(_key(self.export_list))
        if export is None:
            return
        name = "".join(letter if letter.isalnum() else "_" for letter in export.order.title)[:60].strip("_")
        path = str(Path.home() / f"{name or export.export_id}.zip")
        title = self.tr("Save the evidence package")
        ask_where(self, title, path, (PACKAGE,), lambda chosen: self.save_package(export.export_id, chosen))

    def save_package(self, export_id: str, path: Path) -> None:
        """Fetch a finished package into `path`; `outcome` tells what became of it."""
        server = self._session.server
        if server is None:
            return
        self._say(self.tr("Saving {name} …").format(name=path.name))
        server.download(f"/api/v1/exports/{export_id}/package", path, self._saved, self._not_saved)

    def _saved(self, path: Path) -> None:
        self._say(self.tr("Saved: {path}").format(path=path))

    def _not_saved(self, reason: str) -> None:
        self._say(self.tr("Not saved: {reason}").format(reason=reason), failed=True)

    def _ask_phrase(self) -> None:
        server, export_id = self._session.server, _key(self.export_list)
        if server is not None and export_id:
            path = f"/api/v1/exports/{export_id}/passphrase"
            show, body = partial(self._show_phrase, export_id), ExportPassphraseRequest()
            server.ask(path, {}, ExportPassphrase, show, self._no_phrase, body)

    def _show_phrase(self, export_id: str, answer: ExportPassphrase) -> None:
        if export_id == _key(self.export_list):
            self.phrase.setText(answer.passphrase)
            self.phrase.show()
            self.phrase.selectAll()
            self.phrase.setFocus()

    def _no_phrase(self, reason: str) -> None:
        self._say(self.tr("The passphrase could not be had: {reason}").format(reason=reason), failed=True)

    def _hide_phrase(self) -> None:
        self.phrase.clear()
        self.phrase.hide()

    def is_live(self) -> bool:
        return self.model.rowCount() > 0 and self._session.link.condition == "live"


class _FigureDelegate(QStyledItemDelegate):
    """Shows figures of this very moment, which the model keeps apart from what is replayed."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        figure = index.data(FIGURES_ROLE)
        if isinstance(figure, str):
            option.text = figure
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index) + QSize(12, 0)


def _key(view: QListView) -> str:
    """Id of the chosen row, "" when there is none."""
    key = view.currentIndex().data(KEY_ROLE) if view.currentIndex().isValid() else None
    return key if isinstance(key, str) else ""


SPEC = PanelSpec(
    key="recordings",
    title=str(QT_TRANSLATE_NOOP("Panels", "Recording")),
    build=RecordingsPanel,
    needs=frozenset({"state"}),
)
