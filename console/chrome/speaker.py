"""Says a sentence aloud, offline: espeak-ng as a child process, or a Vietnamese voice of the system."""

from __future__ import annotations

import os
import shutil
import tempfile
import wave
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLocale, QObject, QProcess, QTimer, QUrl, Signal
from PySide6.QtMultimedia import QMediaDevices, QSoundEffect
from PySide6.QtTextToSpeech import QTextToSpeech

SYNTHESIS_MOST_MS: Final = 8_000
"""A synthesiser that takes longer stands still (espeak-ng issue 2442) and is ended."""

PLAY_SLACK_MS: Final = 2_000
CLOSE_MOST_MS: Final = 500
PROGRAM: Final = "espeak-ng"


class Speaker(QObject):
    """One sentence at a time.

    Args:
        voice: name of the synthesiser's voice; "" = that of the language.
        rate_wpm: words a minute.
        volume: 0..1.
        program: the synthesiser; None = espeak-ng where it is found.

    Signals:
        finished: the sentence is over, was stopped, or could not be said.
        synthesised: length of what was made of the sentence, seconds.
        trouble_changed: `trouble` says something else.
    """

    finished = Signal()
    synthesised = Signal(float)
    trouble_changed = Signal()

    def __init__(
        self,
        language: str,
        voice: str,
        rate_wpm: int,
        volume: float,
        program: str | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._voice, self._rate_wpm, self._volume = voice or language, rate_wpm, volume
        self._program = shutil.which(PROGRAM) or "" if program is None else program
        self.trouble = ""
        self.busy = False
        self._process: QProcess | None = None
        self._effect: QSoundEffect | None = None
        self._file: Path | None = None
        self._limit = QTimer(self, singleShot=True)
        self._limit.timeout.connect(self._too_long)
        self._system: QTextToSpeech | None = None if self._program else self._system_voice(language)
        if not self._program and self._system is None:
            self.trouble = self.tr("No voice: espeak-ng is not installed")

    @property
    def is_able(self) -> bool:
        return bool(self._program) or self._system is not None

    def say(self, sentence: str) -> None:
        """Begin a sentence; only while nothing is said."""
        assert not self.busy
        self.busy = True
        if self._system is not None:
            self._limit.start(SYNTHESIS_MOST_MS * 4)
            self._system.say(sentence)
        elif self._program:
            self._synthesise(sentence)
        else:
            QTimer.singleShot(0, self, self._end)

    def stop(self) -> None:
        """End what is being said, at once."""
        if self.busy:
            if self._system is not None:
                self._system.stop()
            self._end()

    def close(self) -> None:
        """End what is being said and the program that says it, before this returns or soon after."""
        process = self._process
        self.stop()
        if process is not None:
            process.waitForFinished(CLOSE_MOST_MS)

    def _system_voice(self, language: str) -> QTextToSpeech | None:
        wanted = QLocale(language).language()
        for name in QTextToSpeech.availableEngines():
            if name == "mock":
                continue
            engine = QTextToSpeech(name, self)
            found = next((one for one in engine.availableLocales() if one.language() == wanted), None)
            if found is not None:
                engine.setLocale(found)
                engine.setVolume(self._volume)
                engine.stateChanged.connect(self._system_state)
                return engine
            engine.deleteLater()
        return None

    def _system_state(self, state: QTextToSpeech.State) -> None:
        if self.busy and state in (QTextToSpeech.State.Ready, QTextToSpeech.State.Error):
            self._end()

    def _synthesise(self, sentence: str) -> None:
        handle, name = tempfile.mkstemp(prefix="trucban-", suffix=".wav")
        os.close(handle)
        self._file = Path(name)
        process = self._process = QProcess(self)
        process.finished.connect(self._made)
        process.errorOccurred.connect(self._not_started)
        arguments = ["-v", self._voice, "-s", str(self._rate_wpm), "-b", "1", "-w", name, "--stdin"]
        self._limit.start(SYNTHESIS_MOST_MS)
        process.start(self._program, arguments)
        process.write(sentence.encode())
        process.closeWriteChannel()

    def _not_started(self, error: QProcess.ProcessError) -> None:
        if self._process is not None and error is QProcess.ProcessError.FailedToStart:
            self._tell(self.tr("No voice: {program} does not start").format(program=self._program))
            self._end()

    def _made(self, code: int, status: QProcess.ExitStatus) -> None:
        if self._process is None or self._file is None:
            return
        self._process.deleteLater()
        self._process = None
        self._limit.stop()
        length_s = _length_s(self._file)
        if code or status is not QProcess.ExitStatus.NormalExit or not length_s:
            self._tell(self.tr("The voice cannot say this: {program} ended with {code}").format(
                program=self._program, code=code))  # fmt: skip
            self._end()
            return
        self.synthesised.emit(length_s)
        if QMediaDevices.defaultAudioOutput().isNull():
            self._end()  # the annunciator tells that there is no device
            return
        self._tell("")
        self._limit.start(int(length_s * 1000) + PLAY_SLACK_MS)
        effect = self._effect = QSoundEffect(self)
        effect.setSource(QUrl.fromLocalFile(str(self._file)))
        effect.setVolume(self._volume)
        effect.playingChanged.connect(self._playing)
        effect.play()

    def _playing(self) -> None:
        if self._effect is not None and not self._effect.isPlaying():
            self._end()

    def _too_long(self) -> None:
        if self._process is not None:
            self._tell(self.tr("The voice stood still and was ended"))
        self._end()

    def _end(self) -> None:
        if not self.busy:
            return
        self._limit.stop()
        process, self._process = self._process, None
        if process is not None:
            process.finished.connect(process.deleteLater)
            process.kill()
        if self._effect is not None:
            effect, self._effect = self._effect, None
            effect.stop()
            effect.deleteLater()
        if self._file is not None:
            self._file.unlink(missing_ok=True)
            self._file = None
        self.busy = False
        self.finished.emit()

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self.trouble_changed.emit()


def _length_s(path: Path) -> float:
    """Length of a WAV file, 0 when it is none."""
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error):
        return 0.0
