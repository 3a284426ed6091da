"""What is held as evidence, and the packages that are made of it: the room's state, replayed like everything else.

How far a package is, is asked for of this very moment; in a replay it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from backend.contracts.recording import ExportProgress, ExportState, Hold
from backend.contracts.state import Delta
from console.models.numbers import format_number, format_time
from console.models.recordings import KEY_ROLE
from console.models.session import Session
from resources import tokens
from widgets.progress_row import ROW_ROLE, ProgressRow

translate = QCoreApplication.translate

PROGRESS_EVERY_MS: Final = 1_000
_Index = QModelIndex | QPersistentModelIndex


class HoldsModel(QAbstractListModel):
    """Evidence holds, the newest first."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._holds: list[Hold] = []
        session.changed.connect(self._room_changed)
        self._room_changed(Delta(reset=True))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._holds)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._holds):
            return None
        hold = self._holds[index.row()]
        if role == KEY_ROLE:
            return hold.hold_id
        if role == ROW_ROLE:
            return ProgressRow(hold.reason, self._detail(hold))
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.ToolTipRole)):
            return f"{hold.reason}\n{self._detail(hold)}"
        return None

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.evidence:
            self.beginResetModel()
            self._holds = sorted(self._session.state.holds.values(), key=lambda hold: (-hold.placed_ms, hold.hold_id))
            self.endResetModel()

    def _detail(self, hold: Hold) -> str:
        who = translate("Recordings", "by {who}").format(who=hold.placed_by)
        return " · ".join((span_words(self._session, hold.start_ms, hold.end_ms), self._cameras(hold), who))

    def _cameras(self, hold: Hold) -> str:
        return cameras_words(self._session, hold.camera_ids)


class ExportsModel(QAbstractListModel):
    """Evidence packages, the newest first; how far one is, is asked for while it is made and somebody looks."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._exports: list[ExportState] = []
        self._progress: dict[str, ExportProgress] = {}
        self._asked: set[str] = set()
        self._trouble: dict[str, str] = {}
        self._timer = QTimer(self, interval=PROGRESS_EVERY_MS)
        self._timer.timeout.connect(self._ask)
        self._watched = False
        session.changed.connect(self._room_changed)
        self._room_changed(Delta(reset=True))

    def watch(self, wanted: bool) -> None:
        """Somebody looks at the list, or nobody does."""
        self._watched = wanted and self._session.replay is None
        self._arm()

    @property
    def polling(self) -> bool:
        return self._timer.isActive()

    def export(self, export_id: str) -> ExportState | None:
        return self._session.state.exports.get(export_id)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._exports)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._exports):
            return None
        export = self._exports[index.row()]
        if role == KEY_ROLE:
            return export.export_id
        if role == ROW_ROLE:
            return self._row(export)
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.ToolTipRole)):
            return f"{export.order.title}\n{self._detail(export)}\n{export_word(export)}"
        return None

    def _room_changed(self, delta: Delta) -> None:
        if not (delta.reset or delta.site or delta.evidence):
            return
        exports = sorted(self._session.state.exports.values(), key=lambda one: (-one.ordered_ms, one.export_id))
        if [one.export_id for one in exports] == [one.export_id for one in self._exports]:
            self._exports = exports
            self._tell_all()
        else:
            self.beginResetModel()
            self._exports = exports
            self.endResetModel()
        self._arm()

    def _tell_all(self) -> None:
        if self._exports:
            self.dataChanged.emit(self.index(0), self.index(len(self._exports) - 1))

    def _arm(self) -> None:
        running = any(export.condition == "running" for export in self._exports)
        if self._watched and running:
            if not self._timer.isActive():
                self._timer.start()
                self._ask()
        else:
            self._timer.stop()

    def _ask(self) -> None:
        server = self._session.server
        if server is None:
            return
        for export in self._exports:
            key = export.export_id
            if export.condition != "running" or key in self._asked:
                continue
            self._asked.add(key)
            server.ask(
                f"/api/v1/exports/{key}", {}, ExportProgress, partial(self._arrived, key), partial(self._failed, key)
            )

    def _arrived(self, key: str, progress: ExportProgress) -> None:
        self._asked.discard(key)
        self._trouble.pop(key, None)
        self._progress[key] = progress
        self._tell_all()

    def _failed(self, key: str, reason: str) -> None:
        self._asked.discard(key)
        self._trouble[key] = reason
        self._tell_all()

    def _row(self, export: ExportState) -> ProgressRow:
        running = export.condition == "running"
        progress = self._progress.get(export.export_id) if running else None
        state, detail = export_word(export), self._detail(export)
        if progress is not None:
            state = f"{format_number(int(100 * progress.share), 0, self._session.language)}%"
            detail = f"{progress.step} · {detail}" if progress.step else detail
        if running and export.export_id in self._trouble:
            reason = self._trouble[export.export_id]
            detail = translate("Recordings", "how far it is, is not known: {reason}").format(reason=reason)
        colour = tokens.SYSTEM if export.condition == "failed" else ""
        share = None if not running else 0.0 if progress is None else min(1.0, max(0.0, progress.share))
        return ProgressRow(export.order.title, detail, state, share, colour)

    def _detail(self, export: ExportState) -> str:
        if export.condition == "failed" and export.reason:
            return export.reason
        order = export.order
        cameras = cameras_words(self._session, order.camera_ids)
        who = translate("Recordings", "by {who}").format(who=export.ordered_by)
        parts = [span_words(self._session, order.start_ms, order.end_ms), cameras, who]
        if order.encrypt:
            parts.append(translate("Recordings", "encrypted"))
        return " · ".join(parts)


def export_word(export: ExportState) -> str:
    """The condition in a word, with its shape."""
    return {
        "running": "◔ " + translate("Recordings", "being made"),
        "done": "✓ " + translate("Recordings", "ready"),
        "cancelled": "◌ " + translate("Recordings", "stopped"),
        "failed": "⬢ " + translate("Recordings", "failed"),
    }[export.condition]


def span_words(session: Session, start_ms: int, end_ms: int) -> str:
    offset_min = session.state.site.utc_offset_min if session.state.site is not None else 0
    begin, end = (format_time(at_ms, offset_min, with_date=True) for at_ms in (start_ms, end_ms))
    return f"{begin} – {end}"


def cameras_words(session: Session, camera_ids: Sequence[str]) -> str:
    """ "tất cả camera", the name of one, or how many."""
    if not camera_ids:
        return translate("Recordings", "all cameras")
    if len(camera_ids) > 1:
        return translate("Recordings", "{count} cameras").format(count=len(camera_ids))
    for camera in session.state.site.cameras if session.state.site is not None else ():
        if camera.camera_id == camera_ids[0]:
            return session.local_name(camera.name_vi, camera.name_en)
    return camera_ids[0]
