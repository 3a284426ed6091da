"""An alert of priority 1 takes the room without a click, and gives it back when it was dealt with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

from backend.contracts.alerts import Alert
from backend.contracts.kinds.alerts import Priority
from backend.contracts.state import Delta
from console.models.session import Selected, Session
from console.timebase import monotonic_s
from widgets.writing import writing

LOOK_EVERY_MS: Final = 500
CALM_S: Final = 1.0
"""From what the officer did last to the next alert: he may be about to press the same key again."""


class Attention(QObject):
    """Stands the room on the worst alert that came, one after the other; what the officer does himself always wins.

    It waits while somebody writes, and gives back what was shown before once the alert is acknowledged or over and
    nothing was done with it for a while. Who chooses another workspace or selects something else keeps that.

    Args:
        session: the live one.
        workspace: the alarm layout's key; "" = never.
        shown: key of the workspace that is shown.
        show: shows another; whoever shows one tells `workspace_shown`.
        back_after_s: how long it stays after the alert was dealt with.
        is_busy: whether the officer must not be interrupted now; a field with the keyboard, a question on the screen.

    Attributes:
        moving: what is being shown and selected just now is this one's doing.
    """

    def __init__(
        self,
        session: Session,
        workspace: str,
        back_after_s: float,
        shown: Callable[[], str],
        show: Callable[[str], None],
        is_busy: Callable[[], bool] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self.workspace = workspace
        self._shown = shown
        self._show = show
        self._back_after_s = back_after_s
        self._is_busy = is_busy or writing
        self._waiting: list[str] = []
        self._held = ""
        self._before: tuple[str, Selected | None] = ("", None)
        self._touched_s = 0.0
        self.moving = False
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        if workspace:
            session.changed.connect(self._room_changed)
            session.commands.changed.connect(self._command_changed)
            session.selection.changed.connect(self._selected)

    @property
    def held(self) -> str:
        """Id of the alert that has the room; "" = none."""
        return self._held

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset:
            return  # what was there before this desk came is in its inbox
        self._waiting += [one for one in delta.sounding if self._wants(one) and one not in self._waiting]
        if self._waiting or self._held:
            self._timer.start()
            self._look()

    def _wants(self, alert_id: str) -> bool:
        alert = self._session.state.alerts.get(alert_id)
        return (
            alert is not None
            and alert.priority is Priority.CRITICAL
            and not alert.silent
            and alert.unanswered
            and alert_id != self._held
        )

    def _look(self) -> None:
        self._waiting = [one for one in self._waiting if self._wants(one)]
        held = self._session.state.alerts.get(self._held)
        if self._held and not _dealt_with(held):
            self._touched_s = monotonic_s()
            return
        calm = not self._held or monotonic_s() - self._touched_s >= CALM_S
        if self._waiting and calm and not self._is_busy():
            self._take(self._waiting.pop(0))
        elif self._held and not self._waiting and monotonic_s() - self._touched_s >= self._back_after_s:
            self._give_back()
        elif not self._held and not self._waiting:
            self._timer.stop()

    def _take(self, alert_id: str) -> None:
        if not self._held:
            self._before = (self._shown(), self._session.selection.current)
        self._held, self._touched_s = alert_id, monotonic_s()
        self.moving = True
        try:
            if self._shown() != self.workspace:
                self._show(self.workspace)
            self._session.selection.bring_by_itself("alert", alert_id)
        finally:
            self.moving = False

    def _give_back(self) -> None:
        if self._is_busy():
            return
        key, selected = self._before
        self._held = ""
        self.moving = True
        try:
            if key != self._shown():
                self._show(key)
            if selected is not None:
                self._session.selection.select(selected.kind, selected.key)
        finally:
            self.moving = False

    def workspace_shown(self, key: str) -> None:
        """A workspace was shown. By the officer himself: the room is his."""
        if not self.moving:
            self._leave()

    def _selected(self, selected: Selected | None) -> None:
        """Another alert may be selected because the one before was closed; a camera or a place was meant."""
        self._touched_s = monotonic_s()
        if not self.moving and selected is not None and selected.kind != "alert":
            self._leave()

    def _leave(self) -> None:
        """What still waits is in the inbox and is heard; only what comes from now on takes the room again."""
        self._held = ""
        self._waiting.clear()

    def _command_changed(self, pending: object) -> None:
        if getattr(pending, "alert_id", "") == self._held:
            self._touched_s = monotonic_s()


def _dealt_with(alert: Alert | None) -> bool:
    """Closed, or somebody has it in hand."""
    return alert is None or not alert.unanswered
