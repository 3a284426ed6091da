"""Says new alerts aloud after their tone: bursts in one sentence, what is critical at once and again until answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import Delta
from console.chrome.annunciator import Annunciator
from console.chrome.speaker import Speaker
from console.models.session import Session
from console.models.speech_queue import Saying, SpeechQueue
from console.models.spoken import alert_sentence
from console.timebase import monotonic_s

LOOK_EVERY_MS: Final = 200
TONE_S: Final = 0.9
"""A critical alert's tone is over by then."""


@dataclass(frozen=True, slots=True)
class VoiceManner:
    """How the desk speaks.

    Attributes:
        language: "" = the desk's.
        burst_s: alerts that come within so long are one sentence.
        repeat_s: a critical alert that nobody answered is said again after so long; 0 = once.
        critical_when_muted: the mute holds back what is critical, too, unless this is set.
    """

    enabled: bool
    language: str
    burst_s: float
    repeat_s: float
    critical_when_muted: bool


class Voice(QObject):
    """The desk's voice over the live room; a replay has none.

    Signals:
        changed: on or off, or its trouble changed.
        said: (alert id, sentence) as it begins.
    """

    changed = Signal()
    said = Signal(str, str)

    def __init__(
        self,
        session: Session,
        annunciator: Annunciator,
        speaker: Speaker,
        manner: VoiceManner,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._annunciator, self._speaker, self._manner = session, annunciator, speaker, manner
        self._language = manner.language or session.language
        self._on = manner.enabled and not session.read_only
        self._queue = SpeechQueue(manner.burst_s, TONE_S, manner.repeat_s)
        self._saying: Saying | None = None
        speaker.finished.connect(self._finished)
        speaker.trouble_changed.connect(self.changed)
        annunciator.speaks = lambda: self._saying is not None
        annunciator.changed.connect(self._quieten)
        session.changed.connect(self._room_changed)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    @property
    def on(self) -> bool:
        return self._on

    @property
    def trouble(self) -> str:
        return self._speaker.trouble if self._on else ""

    def set_on(self, on: bool) -> None:
        """Speak or not, as long as the program runs; settings.toml says how it starts."""
        self._on = on and not self._session.read_only
        if not self._on:
            self._speaker.stop()
        self._session.acted.emit("sound", "voice_on" if self._on else "voice_off")
        self.changed.emit()

    def stop(self) -> None:
        """Nothing is said any more: the desk ends."""
        self._timer.stop()
        self._on = False
        self._speaker.close()

    def say_worst(self) -> bool:
        """Say the worst alert that waits for a hand, muted or not, because somebody asks; False when there is none."""
        wanting = self._wanting()
        if not wanting or self._session.read_only:
            return False
        worst = min(wanting, key=lambda key: (wanting[key], -self._session.state.alerts[key].raised_ms))
        self._speaker.stop()
        self._begin(Saying(worst, wanting[worst] == Priority.CRITICAL, len(wanting) - 1))
        return True

    def _wanting(self) -> dict[str, int]:
        alerts = self._session.state.alerts
        return {key: int(one.priority) for key, one in alerts.items() if one.unanswered and not one.silent}

    def _room_changed(self, delta: Delta) -> None:
        if self._session.read_only:
            return
        now_s = monotonic_s()
        for alert_id in delta.sounding:
            self._queue.arrive(alert_id, now_s)
        saying = self._saying
        alert = self._session.state.alerts.get(saying.alert_id) if saying is not None else None
        if saying is not None and (alert is None or not alert.unanswered):
            self._speaker.stop()  # somebody has it in hand

    def _quieten(self) -> None:
        if self._saying is not None and self._annunciator.muted_s and not self._may_say(self._saying):
            self._speaker.stop()

    def _may_say(self, saying: Saying) -> bool:
        return not self._annunciator.muted_s or (saying.critical and self._manner.critical_when_muted)

    def _look(self) -> None:
        now_s, wanting = monotonic_s(), self._wanting()
        if not self._on:
            # What comes meanwhile is not saved up for later.
            self._queue.next(now_s, {}, quiet=True, critical_quiet=True)
            return
        muted = self._annunciator.muted_s > 0
        quiet = muted or self._annunciator.in_quiet_meeting
        critical_quiet = muted and not self._manner.critical_when_muted
        if self._speaker.busy:
            saying = self._saying
            if saying is None or saying.critical or critical_quiet or not self._queue.critical_due(now_s, wanting):
                return
            self._queue.back(saying, now_s)
            self._speaker.stop()
        found = self._queue.next(now_s, wanting, quiet=quiet, critical_quiet=critical_quiet)
        if found is not None:
            self._begin(found)

    def _begin(self, saying: Saying) -> None:
        alert = self._session.state.alerts[saying.alert_id]
        sentence = alert_sentence(alert, self._language, saying.more)
        self._saying = saying
        self.said.emit(saying.alert_id, sentence)
        self._speaker.say(sentence)

    def _finished(self) -> None:
        self._saying = None
