"""How the recording of every camera does.

Conditions are the room's state and are replayed like everything else. Figures are the recorder's own of this very
moment: bytes, gaps, room on the disks. They stand under `FIGURES_ROLE` and in a replay they are not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor

from backend.contracts.recording import (
    RecorderHealth,
    RecordingCondition,
    RecordingHealth,
    RecordingState,
    VolumeHealth,
)
from backend.contracts.state import Delta, RoomState
from console.models.event_words import recording_word
from console.models.numbers import NO_VALUE, format_age, format_number, format_time
from console.models.session import Session
from resources import tokens

translate = QCoreApplication.translate

KEY_ROLE: Final = int(Qt.ItemDataRole.UserRole)
"""Id of the row's camera; of evidence, of the hold or the export."""

FIGURES_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 21
"""Text of a cell that is a figure of this very moment."""

HEALTH_DOOR: Final = "/api/v1/recordings/health"
HEALTH_EVERY_MS: Final = 20_000
_Index = QModelIndex | QPersistentModelIndex
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

WORST_FIRST: Final[Mapping[RecordingCondition | None, int]] = {
    "failed": 0,
    "gap": 1,
    None: 2,
    "waiting": 3,
    "recording": 4,
    "off": 5,
}
SHAPES: Final[Mapping[RecordingCondition | None, str]] = {
    "failed": "⬢",
    "gap": "▨",
    None: "?",
    "waiting": "◌",
    "recording": "●",
    "off": "–",
}
TROUBLE: Final = frozenset[RecordingCondition]({"failed", "gap"})
"""What should be recorded and is not: the only conditions with a colour, that of the room's own faults."""


class Column(IntEnum):
    CAMERA = 0
    CONDITION = 1
    MODE = 2
    DAY = 3
    GAPS = 4
    KEPT = 5


NUMBERS: Final = (Column.DAY, Column.GAPS, Column.KEPT)
FIGURES: Final = (Column.MODE, Column.DAY, Column.GAPS, Column.KEPT)


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One camera. `state` None: nothing was said of its recording. `health` None: its figures are not here."""

    camera_id: str
    name: str
    state: RecordingState | None
    health: RecordingHealth | None

    @property
    def condition(self) -> RecordingCondition | None:
        return None if self.state is None else self.state.condition

    @property
    def urgency(self) -> tuple[int, float, str]:
        gap_s = 0.0 if self.health is None else self.health.gap_s
        return WORST_FIRST[self.condition], -gap_s, self.name


def condition_words(state: RecordingState | None) -> str:
    """ "● đang ghi": shape and word, so that it is told without a colour."""
    if state is None:
        return f"{SHAPES[None]} " + translate("Recordings", "not known")
    return f"{SHAPES[state.condition]} {recording_word(state.condition)}"


def counts(state: RoomState) -> tuple[int, int]:
    """(cameras that are recorded as they should be, cameras that should be recorded)."""
    wanted = [one.condition for one in state.recordings.values() if one.condition != "off"]
    return sum(condition not in TROUBLE for condition in wanted), len(wanted)


def bytes_words(count: int, language: str) -> str:
    """ "11,3 GB", in powers of ten as disks are sold."""
    value, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    decimals = 0 if unit in ("B", "kB") or value >= 100 else 1
    return f"{format_number(value, decimals, language)}\N{NO-BREAK SPACE}{unit}"


def mode_words(health: RecordingHealth) -> str:
    mode = {
        "off": translate("Recordings", "off"),
        "continuous": translate("Recordings", "continuous"),
        "event": translate("Recordings", "on event"),
        "schedule": translate("Recordings", "by schedule"),
    }[health.mode]
    return f"{mode} · " + translate("Recordings", "sub-stream") if health.stream == "sub" else mode


def volume_words(volume: VolumeHealth, language: str) -> str:
    """ "Ổ nhanh: trống 812 GB · đã dùng 1,2 TB · niêm giữ 14 GB · còn 9 ngày"."""
    parts = [
        translate("Recordings", "free {bytes}").format(bytes=bytes_words(volume.free_bytes, language)),
        translate("Recordings", "used {bytes}").format(bytes=bytes_words(volume.used_bytes, language)),
    ]
    if volume.held_bytes:
        parts.append(translate("Recordings", "held {bytes}").format(bytes=bytes_words(volume.held_bytes, language)))
    if volume.days_left is not None:
        days = format_number(int(volume.days_left), 0, language)
        parts.append(translate("Recordings", "room for {days} days").format(days=days))
    text = f"{volume.name}: " + " · ".join(parts)
    return f"⬢ {text} · {volume.fault}" if volume.fault else text


class RecordingsModel(QAbstractTableModel):
    """One row a camera of the site, the worst first."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._figures: dict[str, RecordingHealth] = {}
        self._rows: list[RecordingRow] = []
        session.changed.connect(self._room_changed)
        self.refresh()

    @property
    def rows(self) -> Sequence[RecordingRow]:
        return self._rows

    def take(self, health: RecorderHealth) -> None:
        self._figures = {one.camera_id: one for one in health.cameras}
        self.refresh()

    def refresh(self) -> None:
        """Read the room's state again. Rows keep their places where they may, so that a look is not lost."""
        session, site = self._session, self._session.state.site
        rows = [
            RecordingRow(
                camera.camera_id,
                session.local_name(camera.name_vi, camera.name_en),
                session.state.recordings.get(camera.camera_id),
                self._figures.get(camera.camera_id),
            )
            for camera in (site.cameras if site is not None else ())
        ]
        rows.sort(key=lambda row: row.urgency)
        if [row.camera_id for row in rows] == [row.camera_id for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(Column) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.recordings:
            self.refresh()

    # -- what Qt asks ------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == int(Qt.ItemDataRole.TextAlignmentRole) and section in NUMBERS:
            return _RIGHT
        if role != int(Qt.ItemDataRole.DisplayRole):
            return None
        return (
            translate("Recordings", "Camera"),
            translate("Recordings", "Recording"),
            translate("Recordings", "Mode"),
            translate("Recordings", "A day"),
            translate("Recordings", "Gaps in 24 h"),
            translate("Recordings", "Kept"),
        )[section]

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        row, column = self._rows[index.row()], Column(index.column())
        if role == KEY_ROLE:
            return row.camera_id
        if role == int(Qt.ItemDataRole.DisplayRole) and column in (Column.CAMERA, Column.CONDITION):
            return row.name if column is Column.CAMERA else self._condition(row)
        if role == FIGURES_ROLE and column in FIGURES:
            return self._figure(row, column)
        if role == int(Qt.ItemDataRole.ToolTipRole):
            return self.sentence(row)
        if role == int(Qt.ItemDataRole.TextAlignmentRole) and column in NUMBERS:
            return _RIGHT
        if role == int(Qt.ItemDataRole.ForegroundRole):
            return self._colour(row, column)
        return None

    def _condition(self, row: RecordingRow) -> str:
        words = condition_words(row.state)
        if row.state is None or row.state.condition not in TROUBLE:
            return words
        age_s = (self._session.clock.now_ms() - row.state.since_ms) / 1000
        words += f" {format_age(age_s, self._session.language)}"
        return f"{words} · {row.state.reason}" if row.state.reason else words

    def _figure(self, row: RecordingRow, column: Column) -> str:
        health, language = row.health, self._session.language
        if health is None:
            return NO_VALUE
        if column is Column.MODE:
            return mode_words(health)
        if column is Column.DAY:
            return bytes_words(health.bytes_day, language) if health.bytes_day else NO_VALUE
        if column is Column.GAPS:
            if not health.gaps:
                return NO_VALUE
            return f"{health.gaps} · {format_age(health.gap_s, language)}"
        if health.kept_from_ms is None:
            return NO_VALUE
        return format_age((self._session.clock.now_ms() - health.kept_from_ms) / 1000, language)

    def sentence(self, row: RecordingRow) -> str:
        """The whole row in words."""
        parts = [row.name, condition_words(row.state)]
        if row.state is not None and row.state.reason:
            parts[-1] += f": {row.state.reason}"
        health, language = row.health, self._session.language
        if health is not None:
            parts.append(f"{mode_words(health)} · {health.retention_class}".rstrip(" ·"))
            kept = translate("Recordings", "{bytes} kept").format(bytes=bytes_words(health.kept_bytes, language))
            if health.kept_from_ms is not None:
                offset_min = self._session.state.site.utc_offset_min if self._session.state.site else 0
                since = format_time(health.kept_from_ms, offset_min, with_date=True)
                kept += " · " + translate("Recordings", "from {time} on").format(time=since)
            parts.append(kept)
        return "\n".join(parts)

    @staticmethod
    def _colour(row: RecordingRow, column: Column) -> QColor | None:
        if row.condition in TROUBLE and column is Column.CONDITION:
            return QColor(tokens.SYSTEM)
        if column is Column.CAMERA:
            return QColor(tokens.TEXT_3 if row.condition == "off" else tokens.TEXT_1)
        return QColor(tokens.TEXT_2)


class HealthPoll(QObject):
    """Asks the recorder for its figures while somebody looks; in a replay never.

    Signals:
        arrived: a `RecorderHealth`.
        failed: a sentence for a person.
    """

    arrived = Signal(object)
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._asking = False
        self._timer = QTimer(self, interval=HEALTH_EVERY_MS)
        self._timer.timeout.connect(self.ask)

    def watch(self, wanted: bool) -> None:
        """Ask now and then again and again, or no more."""
        if not wanted or self._session.replay is not None:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
            self.ask()

    def ask(self) -> None:
        server = self._session.server
        if server is None or self._asking or not self._session.may("replay"):
            return
        self._asking = True
        server.ask(HEALTH_DOOR, {}, RecorderHealth, self._arrived, self._failed)

    def _arrived(self, health: RecorderHealth) -> None:
        self._asking = False
        self.arrived.emit(health)

    def _failed(self, reason: str) -> None:
        self._asking = False
        self.failed.emit(reason)
