"""Makes new alerts heard. Silence is not acknowledgement: muting changes nothing of an alert."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

from backend.contracts.alerts import Alert, AlertPhase
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import Delta
from console import jobs
from console.chrome.tones import CYBER, TONES, write_tones
from console.models.meetings import is_quiet_for
from console.models.session import Session
from console.timebase import monotonic_s

LOOK_EVERY_MS: Final = 500


def tone_of(alert: Alert) -> int:
    """Key of the alert's tone: its priority's, but cyber alerts have their own."""
    return CYBER if alert.kind == "cyber.alert" else int(alert.priority)


class Annunciator(QObject):
    """Plays the tone of the worst alert that wants a hand; a worse one goes before, equal ones do not pile up.

    Args:
        session: whose alerts are heard; a read-only session is silent.
        folder: where the tone files are kept.
        volume: 0..1.
        enabled: False = never a sound.

    Attributes:
        speaks: whether the desk's voice is saying something just now: tones are not repeated over it.

    Signals:
        changed: muted or not, or the trouble changed.
        announced: (priority, alert id) of what was played.
    """

    changed = Signal()
    announced = Signal(int, str)

    def __init__(
        self, session: Session, folder: Path, volume: float = 0.8, enabled: bool = True, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._enabled = enabled and not session.read_only
        self._volume = volume
        self._effects: dict[int, QSoundEffect] = {}
        self._muted_until_s = 0.0
        self._next_s: dict[int, float] = {}
        self.trouble = ""
        self.speaks: Callable[[], bool] = lambda: False
        session.changed.connect(self._room_changed)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        if self._enabled:
            jobs.start(self, lambda: write_tones(folder), self._load, self._tell_trouble)
            self._timer.start()

    @property
    def muted_s(self) -> float:
        """Seconds the mute still lasts, 0 when it is not muted."""
        return max(0.0, self._muted_until_s - monotonic_s())

    def mute(self, minutes: float) -> None:
        """No sound but priority 1's for `minutes`."""
        self._muted_until_s = monotonic_s() + minutes * 60
        self._session.acted.emit("sound", "muted")
        self.changed.emit()

    def unmute(self) -> None:
        self._muted_until_s = 0.0
        self._session.acted.emit("sound", "unmuted")
        self.changed.emit()

    def _load(self, files: dict[int, Path]) -> None:
        if QMediaDevices.defaultAudioOutput().isNull():
            self._tell_trouble(self.tr("No sound device: alerts are seen, not heard"))
            return
        for priority, path in files.items():
            effect = QSoundEffect(self)
            effect.setSource(QUrl.fromLocalFile(str(path)))
            effect.setVolume(self._volume)
            self._effects[priority] = effect

    def _tell_trouble(self, text: str) -> None:
        self.trouble = text
        self.changed.emit()

    def _room_changed(self, delta: Delta) -> None:
        if not self._enabled:
            return
        found = (self._session.state.alerts.get(alert_id) for alert_id in delta.sounding)
        wanting = [alert for alert in found if alert is not None and self._wants_sound(alert)]
        if wanting:
            self._play(min(wanting, key=lambda alert: alert.priority))

    def _look(self) -> None:
        """Priorities that repeat are heard again while one of theirs still waits."""
        if self._muted_until_s and not self.muted_s:
            self.unmute()
        if self.speaks():
            return  # a tone over a sentence makes both unheard
        now_s = monotonic_s()
        for key, tone in TONES.items():
            if not tone.repeat_s or now_s < self._next_s.get(key, 0.0):
                continue
            waiting = next((alert for alert in self._session.alerts.alerts() if self._waits(alert, key)), None)
            if waiting is not None:
                self._play(waiting)
                return

    def _waits(self, alert: Alert, key: int) -> bool:
        return tone_of(alert) == key and alert.phase is AlertPhase.ACTIVE_UNACKNOWLEDGED and not alert.silent

    def _wants_sound(self, alert: Alert) -> bool:
        return not alert.silent and alert.unanswered

    @property
    def in_quiet_meeting(self) -> bool:
        """The chair of a meeting that is held at this seat wants to hear priority 1 only."""
        operator = self._session.operator
        return operator is not None and is_quiet_for(self._session.state, operator.user)

    def _play(self, alert: Alert) -> None:
        priority = int(alert.priority)
        if alert.priority is not Priority.CRITICAL and (self.muted_s or self.in_quiet_meeting):
            return
        key = tone_of(alert)
        self._next_s[key] = monotonic_s() + (TONES[key].repeat_s or 0.0)
        effect = self._effects.get(key)
        if effect is not None:
            effect.play()
        self.announced.emit(priority, alert.alert_id)
