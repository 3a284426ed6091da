"""The whole desk in the test's own process, over a backend of its own: windows, keys and children are the real ones."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeVar

import httpx
from argon2 import PasswordHasher
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QLocale, QRect, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from backend.contracts.alerts import Alert
from backend.contracts.commands import Command, Role
from backend.contracts.feed import FEED_PATH, CommandResult
from backend.gateway.compose import database_url, wall_clock_ms
from backend.services.accounts import Accounts
from backend.storage.database import open_database
from config.settings import load_settings
from console.app import Desk, dress
from console.windows import RoomWindow
from tests.system.feed_client import feed_client
from tests.system.producers import frigate_event
from widgets.map_scheme import register_map_scheme

# Test modules are imported before any test makes the application object, which is when this has to happen.
register_map_scheme()

T = TypeVar("T")

WAIT_S: Final = 20.0
TURN_MS: Final = 20


def until(right: Callable[[], bool], what: str, timeout_s: float = WAIT_S) -> float:
    """Let the desk work until `right()`; how many seconds it took.

    Raises:
        AssertionError: it did not come true within `timeout_s`.
    """
    started_s = time.monotonic()
    while not right():
        waited_s = time.monotonic() - started_s
        assert waited_s < timeout_s, f"not within {timeout_s:g} s: {what}"
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, TURN_MS)
    return time.monotonic() - started_s


class RunningDesk:
    """A desk that is open and live, one window.

    Args:
        site: the site of its backend.
        folder: for its data.
        workspace: the one it opens.
        language: of its words.
        size_px: of its window.
        server: sit at this one; it asks who sits here, and the test answers and calls `until_live`.
    """

    def __init__(
        self,
        site: Path,
        folder: Path,
        workspace: str,
        language: str = "en",
        size_px: tuple[int, int] = (1900, 1000),
        server: str = "",
    ) -> None:
        self._data = folder / "data"
        given: dict[str, object] = {
            "site": site,
            "data": self._data,
            "workspace": workspace,
            "language": language,
            "server": server,
            "monitors": 1,
            "backend.port": 0,
            "video.workers": 1,
        }
        self._settings = load_settings(given, folder / "no-settings.toml")
        self._size_px = size_px
        self._tokens: dict[str, str] = {}
        self._sent = 0

    def __enter__(self) -> Self:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._application = application
        self._before = (application.styleSheet(), application.font(), application.palette(), application.style().name())
        self._translators = len(application.findChildren(QTranslator))
        self._locale = QLocale()
        dress(application, self._settings.console.language)
        # As the program does it: a collection on the link's thread would destroy Qt objects there.
        gc.collect()
        gc.disable()
        self.desk = Desk(self._settings)
        self.desk.start()
        if not self._settings.console.server:
            self.until_live()
        return self

    def until_live(self) -> None:
        """Until the room is on the screen, in a window of the asked size."""
        until(
            lambda: bool(self.desk.windows.windows) and self.desk.session.link.condition == "live", "the desk is live"
        )
        self.desk.windows.toggle_full_screen()
        self.window.setGeometry(QRect(0, 0, *self._size_px))
        until(self.window.isActiveWindow, "its window is active")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.desk.stop()
        self.desk.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.enable()
        for translator in self._application.findChildren(QTranslator)[self._translators :]:
            self._application.removeTranslator(translator)
        QLocale.setDefault(self._locale)
        style_sheet, font, palette, style = self._before
        self._application.setStyleSheet(style_sheet)
        self._application.setFont(font)
        self._application.setPalette(palette)
        self._application.setStyle(style)

    @property
    def window(self) -> RoomWindow:
        return self.desk.windows.windows[0]

    def panel(self, key: str) -> QWidget:
        """A panel that is on the screen."""
        found = dict(self.desk.windows.panels())[key]
        assert isinstance(found, QWidget)
        return found

    def focus(self) -> QWidget:
        focused = QGuiApplication.focusObject()
        assert isinstance(focused, QWidget)
        return focused

    def new_alert(self, camera_id: str) -> str:
        """A camera's analytics see a fire; the id of the alert, which is selected then."""
        self._sent += 1
        known = set(self.desk.session.state.alerts)
        self.ingest("camera-ai", "detections", frigate_event(f"test-{self._sent}", camera_id))

        def made() -> list[str]:
            alerts = self.desk.session.state.alerts
            return [one for one in alerts if one not in known and alerts[one].kind == "detection"]

        until(lambda: bool(made()), "the alert is at the desk")
        self.desk.session.selection.select("alert", made()[0])
        until(lambda: self.desk.session.selection.is_settled, "the desk, which goes to a fire by itself, has settled")
        return made()[0]

    def ingest(self, producer_id: str, door: str, body: bytes, **query: str) -> None:
        """A producer of the site hands something in at an ingest door."""
        answer = httpx.post(
            f"{self.desk.session.link.server}/api/v1/ingest/{door}",
            content=body,
            params=query,
            headers={"Authorization": f"Bearer {self._producer_token(producer_id)}"},
        )
        assert answer.status_code in (201, 202), answer.text

    def alert(self, alert_id: str) -> Alert:
        found = self.desk.session.state.find_alert(alert_id)
        assert found is not None
        return found

    def order(self, role: Role, command: Command) -> CommandResult:
        """A colleague of this role, at a seat of his own, gives an order."""

        async def token(accounts: Accounts) -> str:
            await accounts.add_user(role.value, None, role)
            return await accounts.local_token(role.value)

        async def give() -> CommandResult:
            url = f"{self.desk.session.link.server}{FEED_PATH}".replace("http", "ws", 1)
            async with feed_client(url, await self._at_accounts(token)) as seat:
                return await seat.command(command)

        return _beside(give())

    def _producer_token(self, producer_id: str) -> str:
        if producer_id not in self._tokens:
            made = self._at_accounts(lambda accounts: accounts.create_producer_token(producer_id))
            self._tokens[producer_id] = _beside(made)
        return self._tokens[producer_id]

    async def _at_accounts(self, make: Callable[[Accounts], Awaitable[str]]) -> str:
        database = open_database(database_url(self._data, ""))
        try:
            return await make(Accounts(database, wall_clock_ms, hasher=PasswordHasher(1, 8, 1)))
        finally:
            await database.close()


def _beside(work: Coroutine[object, object, T]) -> T:
    """What it comes to, on a thread of its own: this one is Qt's."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
