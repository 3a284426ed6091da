"""Small pieces of the transport: words for lanes, speeds and lengths, the row in which a note is written."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from backend.contracts.replay import Lane

translate = QCoreApplication.translate


def lane_words(lane: Lane) -> str:
    """The lane's name in the language of the seat."""
    words: dict[Lane, str] = {
        "alert": translate("Transport", "Alerts"),
        "report": translate("Transport", "Reports"),
        "motion": translate("Transport", "Motion"),
        "operator": translate("Transport", "Officers"),
        "system": translate("Transport", "System"),
    }
    return words[lane]


def rate_words(rate: float, decimal: str) -> str:
    """A speed: "1×", "0,25×", "−4×" when it goes backwards."""
    sign = "\N{MINUS SIGN}" if rate < 0 else ""
    return f"{sign}{abs(rate):g}×".replace(".", decimal)


def length_words(length_ms: int, language: str) -> str:
    """How long a span is, in its two largest units: "40 s", "5 ph 40 s", "2 giờ 5 ph"."""
    seconds = max(0, round(length_ms / 1000))
    larger, smaller = divmod(seconds, 60)
    names = ("min", "s") if language == "en" else ("ph", "s")
    if seconds >= 3600:
        larger, smaller = divmod(seconds // 60, 60)
        names = ("h", "min") if language == "en" else ("giờ", "ph")
    parts = [f"{value} {name}" for value, name in zip((larger, smaller), names, strict=True) if value]
    return " ".join(parts) or f"0 {names[1]}"


class NoteField(QLineEdit):
    """One line for words. While it has the keyboard every key is text.

    Signals:
        left: Esc: the words are dropped.
    """

    left = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class NoteRow(QWidget):
    """Stands in place of the transport while a note is written, and until the room has taken it.

    Signals:
        given: the words.
        left: nothing is to be sent.
    """

    given = Signal(str)
    left = Signal()

    def __init__(self, most_chars: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about = QLabel()
        self._about.setObjectName("factStrong")
        self.field = NoteField()
        self.field.setMaxLength(most_chars)
        self.field.returnPressed.connect(self._give)
        self.field.left.connect(self.left)
        self.outcome = QLabel()
        self.outcome.setObjectName("outcome")
        self._send = QPushButton(self.tr("Send"))
        self._send.clicked.connect(self._give)
        drop = QPushButton(self.tr("Drop"))
        drop.clicked.connect(self.left)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self._about)
        row.addWidget(self.field, 1)
        for part in (self.outcome, self._send, drop):
            row.addWidget(part)

    def open(self, about: str) -> None:
        """Begin to write about an instant; what was not sent is still there."""
        self._about.setText(about)
        self.tell("", waiting=False, failed=False)
        self.field.setFocus()

    def tell(self, text: str, waiting: bool, failed: bool) -> None:
        """How it goes with what was sent; while it is under way nothing can be changed."""
        self.field.setReadOnly(waiting)
        self._send.setEnabled(not waiting)
        tell_outcome(self.outcome, text, failed)

    def _give(self) -> None:
        text = self.field.text().strip()
        if text and not self.field.isReadOnly():
            self.given.emit(text)


class OutcomeTag(QLabel):
    """An answer in the corner above the transport, as wide as its words; a click takes it away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("transportOutcome")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.hide()

    def tell(self, text: str, failed: bool) -> None:
        """Show it, or nothing when there is nothing to say."""
        tell_outcome(self, text, failed)
        self.setVisible(bool(text))
        self.place()

    def place(self) -> None:
        """In the lower right corner of what it lies on."""
        around = self.parentWidget()
        if around is not None and self.text():
            most_px = max(200, around.width() * 2 // 3)
            self.setWordWrap(False)
            size = super().sizeHint()
            if size.width() > most_px:
                self.setWordWrap(True)
                size = QSize(most_px, self.heightForWidth(most_px))
            self.setFixedSize(size)
            self.move(around.width() - self.width() - 8, around.height() - self.height() - 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.tell("", failed=False)


def tell_outcome(label: QLabel, text: str, failed: bool) -> None:
    """An answer at the control that asked."""
    label.setText(f"✕ {text}" if failed and text else text)
    label.setToolTip(text)
    if label.property("failed") != failed:
        label.setProperty("failed", failed)
        label.style().polish(label)
