"""The line at the bottom of each window: is what I see true, and who am I."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from backend.contracts.flood import alarms_lately
from backend.contracts.state import Delta
from console.chrome.annunciator import Annunciator
from console.chrome.voice import Voice
from console.models.numbers import format_age, format_number, format_time, local_datetime
from console.models.on_duty import on_duty
from console.models.recordings import TROUBLE, condition_words, counts
from console.models.session import Session
from resources import tokens
from widgets.elided_label import ElidedLabel

LOOK_EVERY_MS: Final = 500
CLOCKS_APART_MS: Final = 2000
TOLD_AT_MOST: Final = 20


class StatusBar(QWidget):
    """Link and its age, clocks, producers, alerts per ten minutes, who is on duty, operator, sound."""

    def __init__(
        self,
        session: Session,
        annunciator: Annunciator,
        mute_min: float = 10,
        voice: Voice | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("statusBar")
        self.setFixedHeight(tokens.STATUS_PX)
        self._session = session
        self._annunciator = annunciator
        self._mute_min = mute_min
        self._voice = voice
        self._link = QLabel()
        self._clocks = QLabel()
        self._producers = QPushButton(flat=True)
        self._producers.clicked.connect(self._list_producers)
        self._recording = QLabel()
        self._recording.setObjectName("recording")
        self._load = QLabel()
        self._watch = ElidedLabel()
        self._watch.setObjectName("watch")
        # No wider than its words, and where there is little room it leaves half of it to the notices.
        self._watch.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._watch_rule = _rule()
        self._notice = ElidedLabel()
        self._simulated = QLabel(self.tr("SIMULATED DATA"))
        self._simulated.setObjectName("simulated")
        self._operator = QLabel()
        self._sound = QPushButton(flat=True)
        self._sound.clicked.connect(self._toggle_mute)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(10)
        for widget in (self._link, self._clocks, self._producers, self._recording, self._load):
            row.addWidget(widget)
            row.addWidget(_rule())
        row.addWidget(self._watch, 1)
        row.addWidget(self._watch_rule)
        row.addWidget(self._notice, 1)
        for widget in (self._simulated, self._operator, self._sound):
            row.addWidget(widget)
        session.link.changed.connect(self._tell)
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._tell)
        annunciator.changed.connect(self._tell)
        if voice is not None:
            voice.changed.connect(self._tell)
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()
        self._look()

    def _look(self) -> None:
        """Now and then, not with every change: counting ten thousand alerts for each of a burst would be the burst."""
        self._tell_load()
        self._tell_watch()
        self._tell()

    def _room_changed(self, delta: Delta) -> None:
        self._tell()

    def _tell(self) -> None:
        if not self.isVisible() and self.window().isVisible():
            return
        self._tell_link()
        self._tell_clocks()
        self._tell_producers()
        self._tell_recording()
        site = self._session.state.site
        self._simulated.setVisible(site is not None and site.simulated)
        operator = self._session.operator
        self._operator.setText(
            f"{operator.display_name} · {role_words(operator.role)}" if operator else self.tr("not signed in")
        )
        self._tell_sound()

    def _tell_link(self) -> None:
        link, language = self._session.link, self._session.language
        age = format_number(link.age_s, 1, language) + " s" if link.age_s < 10 else format_age(link.age_s, language)
        words = {
            "connecting": "◌ " + self.tr("CONNECTING"),
            "live": "● " + self.tr("link {age}").format(age=age),
            "stale": "◐ " + self.tr("LINK SLOW {age}").format(age=age),
            "lost": "✕ " + self.tr("LINK LOST {age} — trying again").format(age=age),
        }
        self._link.setText(words[link.condition])
        self._link.setToolTip(link.reason)
        notices = []
        if link.degraded:
            notices.append(self.tr("server: {fault}").format(fault=link.degraded))
        if link.dropped:
            notices.append(self.tr("{count} samples left out, fetched from history").format(count=link.dropped))
        if self._annunciator.trouble:
            notices.append(self._annunciator.trouble)
        if self._voice is not None and self._voice.trouble:
            notices.append(self._voice.trouble)
        self._notice.setText(" · ".join(notices))

    def _tell_clocks(self) -> None:
        session = self._session
        offset_min = session.state.site.utc_offset_min if session.state.site else 0
        now_ms = session.clock.now_ms()
        local_ms = now_ms - session.link.offset_ms
        server = format_time(now_ms, offset_min)
        text = self.tr("server {time} · this machine {local}").format(
            time=server, local=format_time(local_ms, offset_min)
        )
        if abs(session.link.offset_ms) >= CLOCKS_APART_MS:
            apart = format_number(session.link.offset_ms / 1000, 1, session.language)
            text += " · " + self.tr("CLOCKS {apart} s APART").format(apart=apart)
        self._clocks.setText(text)

    def _tell_producers(self) -> None:
        site, states = self._session.state.site, self._session.state.producers
        known = site.producers if site else ()
        conditions = [
            (one.expect_every_s > 0, state.condition if (state := states.get(one.producer_id)) else "unknown")
            for one in known
        ]
        # One that promised no rhythm is as it should be unless it is called silent; the others must have been heard.
        fresh = sum(condition == "fresh" or (condition == "unknown" and not rhythm) for rhythm, condition in conditions)
        silent = any(condition == "silent" for _, condition in conditions)
        text = self.tr("sources {fresh}/{all}").format(fresh=fresh, all=len(known))
        self._producers.setText("⬢ " + text if silent else text)

    def _tell_recording(self) -> None:
        """Quiet while every camera that should be recorded is."""
        state, session = self._session.state, self._session
        well, wanted = counts(state)
        words = self.tr("recorded {well}/{all}").format(well=well, all=wanted) if wanted else self.tr("not recorded")
        trouble = well < wanted
        self._recording.setText(f"⬢ {words}" if trouble else words)
        _mark(self._recording, trouble)
        found = []
        for camera in state.site.cameras if state.site is not None else ():
            recording = state.recordings.get(camera.camera_id)
            if recording is not None and recording.condition in TROUBLE:
                found.append(f"{session.local_name(camera.name_vi, camera.name_en)}: {condition_words(recording)}")
        self._recording.setToolTip("\n".join(found[:TOLD_AT_MOST]))

    def _list_producers(self) -> None:
        session = self._session
        menu = QMenu(self)
        for one in session.state.site.producers if session.state.site else ():
            pulse = session.link.producers.get(one.producer_id)
            last_ms = pulse.last_message_ms if pulse is not None else None
            age = self.tr("nothing yet")
            if last_ms is not None:
                age = format_age((session.clock.now_ms() - last_ms) / 1000, session.language)
            counts = f"✓ {pulse.accepted}  ✕ {pulse.rejected}" if pulse is not None else ""
            counts += f"  ⤓ {pulse.dropped}" if pulse is not None and pulse.dropped else ""
            menu.addAction(f"{session.local_name(one.name_vi, one.name_en)}    {age}    {counts}").setEnabled(False)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self._producers.mapToGlobal(self._producers.rect().topLeft()))

    def _tell_load(self) -> None:
        state = self._session.state
        city = (one for one in (*state.alerts.values(), *state.closed.values()) if int(one.priority) < 5)
        count = alarms_lately((one.raised_ms for one in city), self._session.clock.now_ms())
        self._load.setText(self.tr("alerts {count}/10 min").format(count=count))

    def _tell_watch(self) -> None:
        """Who is on duty until when; before it, quietly, the watch that was not handed over in its time."""
        session = self._session
        duty, site = on_duty(session.state, session.clock.now_ms()), session.state.site
        told = []
        if duty is not None and duty.overdue is not None:
            shift = session.local_name(duty.overdue.shift.name_vi, duty.overdue.shift.name_en)
            told.append("⬢ " + self.tr("{shift}: hand-over overdue").format(shift=shift))
        if duty is not None and duty.turn is not None and site is not None:
            shift = session.local_name(duty.turn.shift.name_vi, duty.turn.shift.name_en)
            until = f"{local_datetime(duty.turn.ends_ms, site.utc_offset_min):%H:%M}"
            crew = ", ".join(duty.crew) or self.tr("nobody is signed on")
            told.append(self.tr("{shift} until {time}: {crew}").format(shift=shift, time=until, crew=crew))
        self._watch.setText(" · ".join(told))
        for widget in (self._watch, self._watch_rule):
            widget.setVisible(bool(told))
        _mark(self._watch, duty is not None and duty.overdue is not None)

    def _tell_sound(self) -> None:
        muted_s = self._annunciator.muted_s
        if muted_s:
            left = f"{int(muted_s) // 60}:{int(muted_s) % 60:02d}"
            self._sound.setText(self.tr("MUTED {left}  M").format(left=left))
        else:
            speaks = self._voice is not None and self._voice.on
            self._sound.setText(self.tr("sound on  M") if speaks else self.tr("tones only  M"))

    def _toggle_mute(self) -> None:
        if self._annunciator.muted_s:
            self._annunciator.unmute()
        else:
            self._annunciator.mute(self._mute_min)


def role_words(role: str) -> str:
    """The role in the language of the seat."""
    translate = QCoreApplication.translate
    words = {
        "duty_officer": translate("StatusBar", "duty officer"),
        "leader": translate("StatusBar", "leader"),
        "supervisor": translate("StatusBar", "supervisor"),
        "agency": translate("StatusBar", "agency"),
        "administrator": translate("StatusBar", "administrator"),
        "cyber": translate("StatusBar", "information security officer"),
    }
    return words.get(role, role)


def _mark(label: QLabel, trouble: bool) -> None:
    """In the colour of the room's own trouble, or not."""
    if label.property("trouble") != trouble:
        label.setProperty("trouble", trouble)
        label.style().polish(label)


def _rule() -> QFrame:
    line = QFrame()
    line.setFixedSize(1, 14)
    line.setStyleSheet(f"background: {tokens.LINE_STRONG};")
    return line
