"""Composition root: builds everything once, owns the order of start and stop. Imported by main.py only."""

from __future__ import annotations

import gc
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QObject, QTimer, QTranslator
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from backend.contracts.doors import LoginAnswer
from backend.contracts.events import DeskAct
from backend.contracts.state import Delta, RoomState
from config.settings import Settings
from console import jobs
from console.chrome.actions import Deed
from console.chrome.annunciator import Annunciator
from console.chrome.attention import Attention
from console.chrome.sign_in import SignIn
from console.chrome.speaker import Speaker
from console.chrome.status_bar import StatusBar
from console.chrome.voice import Voice, VoiceManner
from console.chrome.welcome import Welcome
from console.commands.commands import Commands
from console.deeds import alert_deeds, room_deeds, sound_deeds
from console.embedded import EmbeddedBackend
from console.link.target import Target, TargetError
from console.link.thread import Link
from console.models.alerts import AlertModel
from console.models.link import LinkModel
from console.models.preferences import Preferences
from console.models.readings import ReadingStore
from console.models.secret_ballots import SecretBallots
from console.models.session import Selected, Session
from console.panels import panel_specs
from console.replay_room import ReplayRooms
from console.room import Room
from console.shots import ShotTaker
from console.sources.live import LiveSource
from console.timebase import WallClock
from console.video.liveness import Rules
from console.video.service import VideoService
from console.windows import Windows
from console.workspace import WorkspaceError, load_workspaces, named
from resources import tokens
from resources.look import style_sheet
from widgets.chart_ticker import ChartTicker
from widgets.map_scheme import register_map_scheme

TRANSLATIONS: Final = Path(__file__).resolve().parent.parent / "resources" / "translations"
SOFTWARE_DRAWING: Final = "QT_QUICK_BACKEND"
COLLECT_EVERY_MS: Final = 500
PREPARE_AFTER_MS: Final = 3_000
"""The alarm layout is made when the first pictures are there."""

SHOWN_AGO_MS: Final = 20_000
"""Pictures of the replay show the room so long ago."""

translate = QCoreApplication.translate


class Desk(QObject):
    """The whole desk: one live session, its windows, and what feeds it.

    Args:
        settings: everything a person may set.

    Raises:
        WorkspaceError: a workspace file is wrong, or the one asked for does not exist.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._specs = panel_specs()
        workspaces = load_workspaces(list(self._specs))
        self._first = named(workspaces, settings.console.workspace) if settings.console.workspace else ""
        alarm_layout = named(workspaces, settings.console.alarm_workspace) if settings.console.alarm_workspace else ""
        folder = settings.data_folder / "desk"
        self.preferences = Preferences(folder / "desk.json" if not settings.run.shots else None, self)
        self.preferences.load_now()
        self._folder = folder
        self.clock = WallClock()
        self.link = Link(self)
        state = RoomState()
        language = settings.console.language
        video = settings.video
        self.video = VideoService(
            video.workers,
            [camera.get_secret_value() for camera in settings.run.cameras],
            Rules(video.frozen_after_s, video.unchanging_after_s, slow_share=video.slow_below),
            self,
            retry_s=(video.retry_first_s, video.retry_most_s),
            main_from_px=video.main_from_px,
        )
        self.session = Session(
            clock=self.clock,
            state=state,
            alerts=AlertModel(state, language),
            readings=ReadingStore(self.clock),
            link=LinkModel(settings.link.stale_after_s),
            commands=Commands(self.link.send, settings.link.command_timeout_s),
            history=self.link,
            server=self.link,
            files=self.link,
            video=self.video,
            preferences=self.preferences,
            language=language,
            chart_hours=settings.charts.window_h,
            parent=self,
        )
        self.session.workspace_titles = {one.key: one.title(language) for one in workspaces}
        ChartTicker.shared().set_rate(settings.charts.refresh_hz)
        self.session.ballots = SecretBallots(self.session, self.link, self)
        self.live = LiveSource(self.session, self.link, self.clock, self)
        sound = settings.sound
        self.annunciator = Annunciator(self.session, folder / "tones", sound.volume, sound.enabled, self)
        self.voice = self._made_voice(settings)
        full_screen = not settings.run.shots
        self.room = Room(
            self.session,
            self._specs,
            workspaces,
            lambda: StatusBar(self.session, self.annunciator, sound.mute_min, self.voice),
            self.preferences,
            settings.console.monitors,
            full_screen,
            parent=self,
        )
        self.windows = self.room.windows
        self.attention = Attention(
            self.session,
            alarm_layout if not settings.run.shots else "",
            settings.console.alarm_back_after_s,
            lambda: self.windows.key,
            self.windows.show_workspace,
            parent=self,
        )
        self.windows.shown.connect(self.attention.workspace_shown)
        self.replay = ReplayRooms(
            self.session, self._specs, workspaces, self.clock, self.preferences, folder / "cache", full_screen, self
        )
        self._welcome: Welcome | None = None
        self._sign_in: SignIn | None = None
        self.embedded: EmbeddedBackend | None = None
        self._shots: ShotTaker | None = None

    def _made_voice(self, settings: Settings) -> Voice:
        voice = settings.voice
        language = voice.language or self.session.language
        speaker = Speaker(language, voice.name, voice.rate_wpm, settings.sound.volume, parent=self)
        enabled = voice.enabled and settings.sound.enabled and not settings.run.shots
        manner = VoiceManner(enabled, voice.language, voice.burst_s, voice.repeat_s, voice.critical_when_muted)
        return Voice(self.session, self.annunciator, speaker, manner, self)

    # -- start and stop ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Link first, then whoever it talks to; windows when the room is known."""
        self.link.streams.connect(self.video.set_streams)
        self.link.signed_in.connect(self._signed_in)
        self.link.sign_in_refused.connect(self._refused)
        self.link.sign_in_needed.connect(self._ask_operator)
        self.session.changed.connect(self._room_changed)
        self.room.replay_wanted.connect(self.replay.show)
        self.replay.live_wanted.connect(self.room.bring_to_front)
        self._tell_acts()
        self.windows.all_closed.connect(QCoreApplication.quit)
        self.video.start()
        self.link.start()
        self._welcome = Welcome()
        self._welcome.closed.connect(QCoreApplication.quit)
        self._welcome.show()
        server = self._settings.console.server
        if server:
            self._ask_operator("")
        else:
            self.embedded = EmbeddedBackend(self._settings, self)
            self.embedded.progress.connect(self._welcome.tell)
            self.embedded.failed.connect(self._welcome.tell)
            self.embedded.failed.connect(self._cannot_start)
            self.embedded.ready.connect(self._backend_ready)
            self.embedded.start()

    def stop(self) -> None:
        """Everything that runs, in the order it depends on each other; quick, and never waits for a camera."""
        self.voice.stop()
        if self.windows.windows and not self._settings.run.shots:
            self.windows.save()
        self.preferences.flush()
        self.video.stop()
        self.link.stop()
        self.replay.stop()
        self.room.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        if self.embedded is not None:
            self.embedded.stop()
        self.video.join()
        jobs.wait_for_all(2000)

    def _cannot_start(self, reason: str) -> None:
        if self._settings.run.shots:
            print(f"--shots: the backend did not start: {reason}", file=sys.stderr)
            QCoreApplication.exit(1)

    def _backend_ready(self, url: str, token: str) -> None:
        self.session.link.server = url
        self.link.connect_to(Target(url), token)

    # -- who sits here -----------------------------------------------------------------------------------------

    def _ask_operator(self, reason: str) -> None:
        if self.embedded is not None or self._sign_in is not None:
            return
        parent = self.windows.windows[0] if self.windows.windows else self._welcome
        dialog = SignIn(self._settings.console.server, self._settings.console.user, parent)
        dialog.given.connect(lambda user, password: self.link.sign_in(target_of(self._settings), user, password))
        dialog.rejected.connect(self._left_sign_in)
        self._sign_in = dialog
        dialog.open()
        if reason:
            dialog.refuse(reason)

    def _left_sign_in(self) -> None:
        self._sign_in = None
        if not self.windows.windows:
            QCoreApplication.quit()

    def _signed_in(self, answer: LoginAnswer) -> None:
        if self._sign_in is not None:
            self._sign_in.accept()
            self._sign_in = None
        self.session.link.server = self._settings.console.server
        self.windows.save()  # whoever sat here before finds his room again
        self.windows.role = answer.role
        self.preferences.switch_to(self._folder / f"{answer.user}.json")

    def _refused(self, reason: str) -> None:
        if self._sign_in is not None:
            self._sign_in.refuse(reason)

    # -- windows -----------------------------------------------------------------------------------------------

    def _room_changed(self, delta: Delta) -> None:
        site = self.session.state.site
        if delta.site and site is not None:
            self.video.set_engines({camera.camera_id: camera.engine for camera in site.cameras})
        if not self.windows.windows and site is not None:
            QTimer.singleShot(0, self, self._open_windows)

    def _open_windows(self) -> None:
        site = self.session.state.site
        if self.windows.windows or site is None:
            return
        self.room.offer(exercise=bool(site.exercise_vi))
        self.room.deeds = self._all_deeds()
        shots = self._settings.run.shots
        if shots:
            screens = self._settings.run.screens
            self._shots = ShotTaker(
                Path(shots), self.session, self.windows, self._first, screens, self._replay_for_pictures, self
            )
            self._shots.finished.connect(QCoreApplication.exit)
            self._shots.start()
        else:
            known = {one.key for one in self.windows.workspaces}
            operator = self.session.operator
            self.windows.role = operator.role if operator is not None else ""
            self.windows.open(self._first if self._first in known else "")
            if self._first and self._first not in known:
                self.room.choose(self._first)  # one for replay only opens beside the live room
            if self.attention.workspace:
                QTimer.singleShot(PREPARE_AFTER_MS, self, partial(self.windows.prepare, self.attention.workspace))
        if self._welcome is not None:
            self._welcome.hide()
            self._welcome.deleteLater()
            self._welcome = None

    def _tell_acts(self) -> None:
        """What is done here without asking the server for anything still belongs into the room's log."""
        session = self.session
        self.windows.shown.connect(lambda key: session.acted.emit("workspace", key))
        session.selection.go_to.connect(self._went)
        self.replay.opened.connect(lambda at_ms: session.acted.emit("replay", str(at_ms)))
        session.acted.connect(self._act)

    def _went(self, target: Selected) -> None:
        self.session.acted.emit("brought" if self.attention.moving else "go_to", f"{target.kind}:{target.key}")

    def _act(self, act: DeskAct, about: str) -> None:
        if self.session.may("desk.act") and self.session.link.condition == "live":
            self.session.commands.act(act, about[:200])

    def _all_deeds(self) -> list[Deed]:
        return [
            *alert_deeds(self.session),
            Deed("room", translate("Deeds", "Replay from here"), "R", self._replay_from_here),
            *room_deeds(self.windows, self.room.workspaces, self.room.choose, self.session.language),
            *sound_deeds(self.annunciator, self._settings.sound.mute_min, self.voice),
            *self.room.common_deeds(),
            *self._sign_in_deeds(),
            Deed("window", translate("Deeds", "Leave"), "Ctrl+Q", QCoreApplication.quit),
        ]

    def _sign_in_deeds(self) -> list[Deed]:
        """For who closed the question when his time had run out; at its own backend nobody signs in."""
        if not self._settings.console.server:
            return []
        return [Deed("window", translate("Deeds", "Sign in again…"), "", partial(self._ask_operator, ""))]

    def _replay_for_pictures(self) -> Windows:
        self.replay.open(self.clock.now_ms() - SHOWN_AGO_MS)
        assert self.replay.room is not None
        return self.replay.room.windows

    def _replay_from_here(self) -> None:
        """From shortly before the selected alert, else from a minute ago."""
        current = self.session.selection.current
        alert = self.session.state.find_alert(current.key) if current is not None and current.kind == "alert" else None
        before_ms = 60_000 if alert is None else 10_000
        self.replay.open((self.clock.now_ms() if alert is None else alert.raised_ms) - before_ms, playing=True)


def prepare_environment() -> None:
    """What must be set before Qt starts."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # Chromium's sandbox refuses to run as root; an ordinary user keeps it.
        os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
        print("running as root: the map's browser runs without its sandbox", file=sys.stderr)
    if not Path("/dev/dri").exists() and sys.platform.startswith("linux"):
        # Without a GPU Qt Quick, which shows the map, is a third cheaper when it draws by itself than through llvmpipe.
        os.environ.setdefault(SOFTWARE_DRAWING, "software")
    register_map_scheme()


def dress(application: QApplication, language: str) -> None:
    """Font, colours and language of the whole program."""
    import fontpkg_be_vietnam_pro

    for path in sorted((Path(fontpkg_be_vietnam_pro.__file__).parent / "files").glob("*.ttf")):
        QFontDatabase.addApplicationFont(str(path))
    font = QFont(tokens.FONT_FAMILY)
    font.setPixelSize(tokens.FONT_PX)
    font.setFeature(QFont.Tag(tokens.TABULAR), 1)
    application.setFont(font)
    application.setStyle("Fusion")
    palette = QPalette()
    roles = QPalette.ColorRole
    colours = (
        (roles.Window, tokens.WINDOW), (roles.Base, tokens.PANEL), (roles.AlternateBase, tokens.PANEL),
        (roles.Button, tokens.RAISED), (roles.Text, tokens.TEXT_1), (roles.WindowText, tokens.TEXT_1),
        (roles.ButtonText, tokens.TEXT_1), (roles.PlaceholderText, tokens.TEXT_3), (roles.Highlight, tokens.SELECTED),
        (roles.HighlightedText, tokens.TEXT_1), (roles.ToolTipBase, tokens.RAISED), (roles.ToolTipText, tokens.TEXT_1),
    )  # fmt: skip
    for role, colour in colours:
        palette.setColor(role, QColor(colour))
    application.setPalette(palette)
    application.setStyleSheet(style_sheet())
    QLocale.setDefault(QLocale(language))
    if language != "en":
        translator = QTranslator(application)
        if translator.load(str(TRANSLATIONS / f"trucban_{language}.qm")):
            application.installTranslator(translator)


def target_of(settings: Settings) -> Target:
    """The server the settings name."""
    console = settings.console
    return Target(console.server, Path(console.ca_file) if console.ca_file else None, console.insecure)


def why_not(settings: Settings) -> str:
    """Why the desk cannot open here at all; "" when it can. Qt would end the process without a word to a person."""
    if settings.console.server:
        try:
            target_of(settings).checked()
        except TargetError as error:
            return str(error)
    displays = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in displays):
        return "there is no display here; packaging/run --shots DIR makes pictures of every workspace instead"
    return ""


def run(settings: Settings) -> int:
    """Run the desk until it is left; returns the exit code of the program."""
    if reason := why_not(settings):
        print(reason, file=sys.stderr)
        return 1
    prepare_environment()
    application = QApplication(sys.argv[:1])
    application.setApplicationName("trucban")
    application.setQuitOnLastWindowClosed(False)
    dress(application, settings.console.language)
    try:
        desk = Desk(settings)
    except WorkspaceError as error:
        print(error, file=sys.stderr)
        return 2
    # Python sees signals only between two of its own steps: the timer below gives it some.
    # Posted, because quitting before the event loop runs would be forgotten.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: QTimer.singleShot(0, application.quit))
    # A collection on the link's thread would destroy Qt objects on the wrong thread: collect here, and only here.
    gc.disable()
    collector = QTimer(interval=COLLECT_EVERY_MS)
    collector.timeout.connect(lambda: gc.collect(1))
    collector.start()
    desk.start()
    code = application.exec()
    desk.stop()
    return code
