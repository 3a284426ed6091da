"""A recording that is listened to: play, go to a place, its pace and loudness, its time and its trouble."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSlider, QToolButton, QVBoxLayout, QWidget

from resources import tokens

STEP_MS: Final = 5_000
PACES: Final = (1.0, 1.5, 2.0)
VOLUME: Final = 0.7
BESIDE_MS: Final = 400
"""A player that follows a clock is put right when it is so far beside it."""


class SoundPlayer(QWidget):
    """Space plays and pauses, arrows step, S is its pace. Nothing sounds that nobody sees.

    Args:
        listen: words of the button that asks for the recording.
        waiting: said until it is there.
        broken: said when it cannot be played, "{why}" in it.
        silent: said where the machine has nothing to sound with.

    Signals:
        wanted: somebody wants to listen, and the recording is not here yet.
    """

    wanted = Signal()

    def __init__(self, listen: str, waiting: str, broken: str, silent: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting, self._broken, self._silent = waiting, broken, silent
        self._pace = PACES[0]
        self._output = QAudioOutput(self)
        self._output.setVolume(VOLUME)
        self._player = QMediaPlayer(self)
        self._player.setAudioOutput(self._output)
        self._player.errorOccurred.connect(lambda error, why: self.tell(self._broken.format(why=why)))
        self._player.positionChanged.connect(self._progress)
        self._player.durationChanged.connect(self._progress)
        self._player.playbackStateChanged.connect(self._progress)
        self._words = QLabel(self)
        self._words.setObjectName("factLabel")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self.listen = QPushButton(listen, self)
        self.listen.clicked.connect(lambda checked=False: self.wanted.emit())
        self.button = QToolButton(self)
        self.button.clicked.connect(lambda checked=False: self.toggle())
        self.place = QSlider(Qt.Orientation.Horizontal, self)
        self.place.setSingleStep(STEP_MS)
        self.place.setPageStep(3 * STEP_MS)
        self.place.sliderMoved.connect(self._player.setPosition)
        self.place.actionTriggered.connect(lambda action: self._player.setPosition(self.place.sliderPosition()))
        self.pace = QToolButton(self)
        self.pace.clicked.connect(lambda checked=False: self.next_pace())
        self.loudness = QSlider(Qt.Orientation.Horizontal, self)
        self.loudness.setRange(0, 100)
        self.loudness.setValue(round(100 * VOLUME))
        self.loudness.setFixedWidth(80)
        self.loudness.valueChanged.connect(lambda value: self._output.setVolume(value / 100))
        self._time = QLabel(self)
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * tokens.GRID_PX)
        for widget in (self.listen, self.button, self.place, self._time, self.pace, self.loudness):
            row.addWidget(widget, 1 if widget is self.place else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * tokens.GRID_PX, tokens.GRID_PX, 2 * tokens.GRID_PX, tokens.GRID_PX)
        column.setSpacing(tokens.GRID_PX)
        column.addWidget(self._words)
        column.addLayout(row)
        self.offer("")

    # -- what it is about -------------------------------------------------------------------------------------------

    def offer(self, words: str) -> None:
        """There is a recording that may be asked for; `words` say of what. Nothing of an earlier one sounds."""
        self._player.stop()
        self._player.setSource(QUrl())
        self._words.setText(words)
        self._show_controls(False)

    def wait(self) -> None:
        """It is on its way."""
        self.listen.hide()
        self._words.setText(self._waiting)

    def tell(self, words: str) -> None:
        """It cannot be listened to, and why."""
        self._player.stop()
        self._words.setText(words)
        self._show_controls(False)
        self.listen.hide()

    def load(self, file: Path, words: str) -> None:
        """It is here, and stays here until another is offered; it stands at its beginning."""
        self._words.setText(words)
        self._show_controls(True)
        if QMediaDevices.defaultAudioOutput().isNull():
            self._words.setText(f"{words}  ·  {self._silent}")
        self._player.setSource(QUrl.fromLocalFile(str(file)))

    @property
    def words(self) -> str:
        return self._words.text()

    @property
    def loaded(self) -> bool:
        return not self._player.source().isEmpty()

    @property
    def playing(self) -> bool:
        return self._player.playbackState() is QMediaPlayer.PlaybackState.PlayingState

    @property
    def at_ms(self) -> int:
        return self._player.position()

    # -- listening --------------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        if self.playing:
            self._player.pause()
        elif self.loaded:
            self._player.play()

    def step(self, by_ms: int) -> None:
        self._player.setPosition(max(0, min(self._player.duration(), self._player.position() + by_ms)))

    def next_pace(self) -> None:
        self._pace = PACES[(PACES.index(self._pace) + 1) % len(PACES)]
        self._player.setPlaybackRate(self._pace)
        self._progress()

    def stand(self) -> None:
        """The clock has left the recording: the player is free again, at its own pace."""
        self._player.pause()
        self._player.setPlaybackRate(self._pace)

    def follow(self, at_ms: float, rate: float) -> None:
        """A clock stands at `at_ms` of the recording and goes at `rate`: forwards, the sound goes along."""
        inside = self.loaded and 0 <= at_ms < max(1, self._player.duration())
        if abs(self._player.position() - at_ms) > BESIDE_MS and self.loaded:
            self._player.setPosition(round(min(max(0.0, at_ms), self._player.duration())))
        if inside and 0 < rate <= PACES[-1]:
            if self._player.playbackRate() != rate:
                self._player.setPlaybackRate(rate)
            if not self.playing:
                self._player.play()
        elif self.playing:
            self._player.pause()

    def _progress(self) -> None:
        self.button.setText("‖" if self.playing else "▶")
        self.pace.setText(f"{self._pace:g}×")
        if not self.place.isSliderDown():
            self.place.setRange(0, self._player.duration())
            self.place.setValue(self._player.position())
        self._time.setText(f"{_clock(self._player.position())} / {_clock(self._player.duration())}")

    def _show_controls(self, here: bool) -> None:
        self.listen.setVisible(not here)
        for widget in (self.button, self.place, self._time, self.pace, self.loudness):
            widget.setVisible(here)
        self._progress()

    # -- Qt ---------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.loaded:
            self.toggle()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.loaded:
            self.step(STEP_MS if event.key() == Qt.Key.Key_Right else -STEP_MS)
        elif event.key() == Qt.Key.Key_S and self.loaded:
            self.next_pace()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._player.pause()


def _clock(at_ms: int) -> str:
    minutes, seconds = divmod(at_ms // 1000, 60)
    return f"{minutes}:{seconds:02d}"
