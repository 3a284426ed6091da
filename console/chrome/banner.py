"""The banner of a training room, striped and permanent; in a real room a line while somebody else exercises.

Both are on every window, in both languages, live and replayed.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from backend.contracts.exercise import INSTRUCTOR, STEP_MARK
from backend.contracts.state import Delta
from console.models.session import Session
from resources import tokens
from widgets.elided_label import ElidedLabel

HEIGHT_PX: Final = 30
NOTE_PX: Final = 26
_STRIPE_PX: Final = 14
_EDGE_PX: Final = 90
WORD: Final = "DIỄN TẬP · EXERCISE"
"""Not translated: whoever reads either language must understand it."""


class _Stripes(QWidget):
    """Stripes at both ends, plain between them so that words can be read."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedHeight(HEIGHT_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(tokens.EXERCISE))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.EXERCISE_DARK))
        height, width = self.height(), self.width()
        edge_px = min(_EDGE_PX, width // 4)
        for left in (0, width - edge_px):
            painter.save()
            painter.setClipRect(left, 0, edge_px, height)
            for x in range(left - height, left + edge_px + height, 2 * _STRIPE_PX):
                corners = ((x, height), (x + _STRIPE_PX, height), (x + _STRIPE_PX + height, 0), (x + height, 0))
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
            painter.restore()


class ExerciseBanner(QWidget):
    """Hides itself where no exercise is.

    In a training room its second line is the newest call that the instructor played. In a real room there is only that
    line, while a bulletin marked as an exercise is in force: what else is heard there is real.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exerciseBanner")
        self._session = session
        band = self._band = _Stripes(self)
        self._word = QLabel(WORD, band)
        self._word.setObjectName("exerciseWord")
        self._title = ElidedLabel(parent=band)
        self._title.setObjectName("exerciseTitle")
        row = QHBoxLayout(band)
        row.setContentsMargins(_EDGE_PX + 14, 0, _EDGE_PX + 14, 0)
        row.setSpacing(14)
        row.addWidget(self._word)
        row.addWidget(self._title, 1)
        self._note = ElidedLabel(parent=self)
        self._note.setObjectName("exerciseNote")
        self._note.setFixedHeight(NOTE_PX)
        self._note.setIndent(10)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(band)
        column.addWidget(self._note)
        self.setStyleSheet(_STYLE)
        session.changed.connect(self._changed)
        self._show()

    @property
    def note(self) -> str:
        """The newest call, as it is shown; "" = none."""
        return self._note.text()

    @property
    def title(self) -> str:
        return self._title.text()

    def _changed(self, delta: Delta) -> None:
        if delta.reset or delta.site or delta.marks or delta.alerts:
            self._show()

    def _show(self) -> None:
        site = self._session.state.site
        titled = site is not None and bool(site.exercise_vi)
        if site is not None and titled:
            english = site.exercise_en
            both = f"{site.exercise_vi} — {english}" if english and english != site.exercise_vi else site.exercise_vi
            self._title.setText(both)
            self.setAccessibleName(f"{WORD}: {both}")
        note = self._newest_note() if titled else self._others()
        if not titled:
            self.setAccessibleName(note)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._band.setVisible(titled)
        self.setVisible(titled or bool(note))

    def _others(self) -> str:
        """Whose exercise bulletin is in force in a real room; "" = none is."""
        playing = [alert for alert in self._session.state.alerts.values() if alert.exercise]
        if not playing:
            return ""
        first = min(playing, key=lambda alert: (alert.priority, alert.raised_ms))
        headline = self._session.alerts.headline(first)
        more = self.tr(" (and {count} more)").format(count=len(playing) - 1) if len(playing) > 1 else ""
        words = self.tr("“{headline}”{more} is an exercise. Every alert that is not marked so is real.")
        return f"{WORD} · " + words.format(headline=headline, more=more)

    def _newest_note(self) -> str:
        notes = [
            mark
            for mark in self._session.state.marks.values()
            if mark.kind == "note" and mark.placed_by == INSTRUCTOR and mark.mark_id.startswith(STEP_MARK)
        ]
        return max(notes, key=lambda mark: mark.at_ms).text.replace("\n", " ") if notes else ""


_STYLE: Final = f"""
QLabel#exerciseWord {{ color: {tokens.EXERCISE_DARK}; font-weight: 800; font-size: 15px; }}
QLabel#exerciseTitle {{ color: {tokens.EXERCISE_DARK}; font-weight: 600; }}
QLabel#exerciseNote {{ background: {tokens.RAISED}; color: {tokens.TEXT_1}; }}
"""
