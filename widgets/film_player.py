"""A film of a file, painted as everything else is (no window of the system's own), with its time and its trouble."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QRect, Qt, QUrl
from PySide6.QtGui import QColor, QHideEvent, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer, QVideoFrame, QVideoSink
from PySide6.QtWidgets import QWidget

from resources import tokens

BAR_PX: Final = 2 * tokens.GRID_PX
WORDS_PX: Final = 20
STEP_MS: Final = 5000
VOLUME: Final = 0.6


class FilmPlayer(QWidget):
    """A click pauses and goes on, on the bar it goes there.

    Args:
        waiting: said until the film is there.
        broken: said when it cannot be played, "{why}" in it.
    """

    def __init__(self, waiting: str, broken: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting, self._broken = waiting, broken
        self._trouble = ""
        self._image = QImage()
        self._sink = QVideoSink(self)
        self._sink.videoFrameChanged.connect(self._frame)
        self._sound = QAudioOutput(self)
        self._sound.setVolume(VOLUME)
        self._player = QMediaPlayer(self)
        self._player.setVideoSink(self._sink)
        self._player.setAudioOutput(self._sound)
        self._player.errorOccurred.connect(lambda error, why: self.tell_broken(why))
        self._player.positionChanged.connect(self._progress)
        self._player.playbackStateChanged.connect(self._progress)

    @property
    def picture(self) -> QImage:
        """The picture that is shown; null = none has come yet."""
        return self._image

    @property
    def playing(self) -> bool:
        return self._player.playbackState() is QMediaPlayer.PlaybackState.PlayingState

    @property
    def words(self) -> str:
        """What stands below the picture: trouble, or where it is and whether it stands."""
        if self._trouble:
            return self._trouble
        if self._image.isNull():
            return self._waiting
        mark = "▶" if self.playing else "‖"
        return f"{mark} {_clock(self._player.position())} / {_clock(self._player.duration())}"

    def wait(self) -> None:
        """Nothing of an earlier film is shown any more; the next one is on its way."""
        self._player.stop()
        self._player.setSource(QUrl())
        self._image, self._trouble = QImage(), ""
        self.update()

    def play(self, file: Path) -> None:
        """From its beginning. The file has to stay until `wait`."""
        self.wait()
        self._player.setSource(QUrl.fromLocalFile(str(file)))
        self._player.play()

    def tell_broken(self, why: str) -> None:
        self._trouble = self._broken.format(why=why)
        self.update()

    def toggle(self) -> None:
        """Pause, go on, or begin again at its end."""
        if self.playing:
            self._player.pause()
        elif not self._trouble:
            self._player.play()

    def step(self, by_ms: int) -> None:
        self._player.setPosition(max(0, min(self._player.duration(), self._player.position() + by_ms)))

    def _frame(self, frame: QVideoFrame) -> None:
        image = frame.toImage()
        if not image.isNull():  # the end of a film is told by an empty one: its last picture stays
            self._image = image
        self.update()

    def _progress(self) -> None:
        self.update()

    # -- Qt ------------------------------------------------------------------------------------------------------

    def _bar(self) -> QRect:
        return QRect(0, self.height() - BAR_PX - WORDS_PX, self.width(), BAR_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), QColor(tokens.WINDOW))
        bar = self._bar()
        area = QRect(0, 0, self.width(), bar.top() - tokens.GRID_PX)
        if not self._image.isNull():
            size = self._image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
            inside = QRect(0, 0, size.width(), size.height())
            inside.moveCenter(area.center())
            painter.drawImage(inside, self._image)
            painter.fillRect(bar, QColor(tokens.RAISED))
            done = self._player.position() / max(1, self._player.duration())
            painter.fillRect(QRect(bar.x(), bar.y(), round(bar.width() * done), bar.height()), QColor(tokens.TEXT_2))
        words = QRect(0, bar.bottom() + 1, self.width(), WORDS_PX)
        painter.setPen(QColor(tokens.TEXT_1 if self._trouble else tokens.TEXT_2))
        shown = self.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody hears a film that nobody sees."""
        super().hideEvent(event)
        self._player.pause()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if self._bar().adjusted(0, -tokens.GRID_PX, 0, tokens.GRID_PX).contains(at) and self._player.duration():
            self._player.setPosition(round(self._player.duration() * at.x() / max(1, self.width())))
        else:
            self.toggle()


def _clock(at_ms: int) -> str:
    minutes, seconds = divmod(at_ms // 1000, 60)
    return f"{minutes}:{seconds:02d}"
