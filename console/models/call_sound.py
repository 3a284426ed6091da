"""The recording of the chosen call: asked for only when somebody wants to listen, because each look is on record."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from PySide6.QtCore import QCoreApplication, QObject, QTemporaryDir, QTimer
from shiboken6 import isValid

from backend.contracts.hotline import Call, CallRecording
from console.models.numbers import format_age, format_time, local_datetime
from console.models.session import Session
from widgets.sound_player import SoundPlayer

translate = QCoreApplication.translate

FOLLOW_MS: Final = 200
_ENDINGS: Final = {"audio/wav": ".wav", "audio/ogg": ".ogg", "audio/mpeg": ".mp3"}


def sound_player() -> SoundPlayer:
    """An empty one, in this program's words."""
    return SoundPlayer(
        translate("CallSound", "Listen (it is put on record)"),
        translate("CallSound", "The recording is on its way…"),
        translate("CallSound", "The recording cannot be played: {why}"),
        translate("CallSound", "this machine has no sound output"),
    )


class CallSound(QObject):
    """Fills `player`, which is hidden where there is nothing to listen to. In a replay the sound follows its clock."""

    def __init__(self, session: Session, player: SoundPlayer) -> None:
        super().__init__(player)
        self._session = session
        self._player = player
        self._call_id = ""
        self._followed = False
        self._recording: CallRecording | None = None
        self._files = QTemporaryDir()
        self._clock = QTimer(self, interval=FOLLOW_MS)
        self._clock.timeout.connect(self._follow)
        player.wanted.connect(self._fetch)
        player.hide()

    def show_call(self, call: Call | None) -> None:
        """What of it can be listened to, as it is known at the room's instant."""
        if call is None:
            self._offer("", None)
        else:
            self._offer(call.call_id, self._recording_of(call))

    def show_chosen(self, call_id: str) -> None:
        """The same of a call that was chosen on the timeline and that the room does not know at its instant."""
        self._offer(call_id, self._session.call_recordings.get(call_id))

    def _offer(self, call_id: str, recording: CallRecording | None) -> None:
        if (call_id, recording) == (self._call_id, self._recording):
            return
        self._call_id, self._recording = call_id, recording
        self._clock.stop()
        operator = self._session.live.operator
        self._player.setVisible(recording is not None and operator is not None and "hotline" in operator.rights)
        if recording is None:
            self._player.offer("")
        elif self._session.clock.now_ms() >= recording.kept_until_ms:
            gone = self._day(recording.kept_until_ms)
            words = translate("CallSound", "Its recording was kept until {time}.").format(time=gone)
            self._player.tell(words)
        else:
            self._player.offer(self._words(recording))

    def _recording_of(self, call: Call) -> CallRecording | None:
        """A replay has a recording as it has pictures: also while the call goes on, though it was handed over later."""
        if call.recording is not None or not self._session.clock.replaying:
            return call.recording
        known = self._session.live.state.call(call.call_id)
        found = known.recording if known is not None else None
        return found or self._session.call_recordings.get(call.call_id)

    def _words(self, recording: CallRecording) -> str:
        words = translate("CallSound", "Recorded {time}, {length}, kept until {until}")
        length = format_age(recording.duration_ms / 1000, self._session.language)
        return words.format(
            time=self._when(recording.started_ms), length=length, until=self._day(recording.kept_until_ms)
        )

    def _when(self, at_ms: int) -> str:
        return format_time(at_ms, self._offset_min, with_date=True)

    def _day(self, at_ms: int) -> str:
        return f"{local_datetime(at_ms, self._offset_min):%d/%m/%Y}"

    @property
    def _offset_min(self) -> int:
        site = self._session.state.site
        return site.utc_offset_min if site is not None else 0

    def _fetch(self) -> None:
        server, recording = self._session.live.server, self._recording
        if server is None or recording is None:
            return
        file = Path(self._files.filePath(f"{recording.digest}{_ENDINGS[recording.mime]}"))
        self._player.wait()
        path = f"/api/v1/hotline/calls/{quote(self._call_id, safe='')}/recording"
        server.download(path, file, partial(self._arrived, recording), partial(self._failed, recording))

    def _arrived(self, recording: CallRecording, file: Path) -> None:
        if not isValid(self._player) or recording != self._recording:
            return
        self._player.load(file, self._words(recording))
        if self._session.clock.replaying:
            self._clock.start()
        if not self._is_inside(recording):
            self._player.toggle()

    def _failed(self, recording: CallRecording, why: str) -> None:
        if isValid(self._player) and recording == self._recording:
            self._player.tell(translate("CallSound", "The recording cannot be fetched: {why}").format(why=why))

    def _is_inside(self, recording: CallRecording) -> bool:
        """The replay's clock stands within it."""
        at_ms = self._session.clock.now_ms()
        return self._session.replay is not None and recording.started_ms <= at_ms < recording.ended_ms

    def _follow(self) -> None:
        """Within the recording there is one clock; beside it one listens freely."""
        replay, recording = self._session.replay, self._recording
        if replay is None or recording is None:
            return
        inside = self._is_inside(recording)
        if inside:
            self._player.follow(self._session.clock.now_ms() - recording.started_ms, replay.clock.motion.rate)
        elif self._followed:
            self._player.stand()
        self._followed = inside
