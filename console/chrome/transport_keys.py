"""Keys of a replay window: those of a video editor."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal, Protocol

from PySide6.QtCore import QCoreApplication

from console.chrome.actions import Deed
from console.models.replay import ReplayControl
from console.models.session import Session

SKIP_MS: Final = 10_000

translate = QCoreApplication.translate


class Zoomed(Protocol):
    """The timeline of a bar."""

    def zoom(self, factor: float) -> None: ...

    def show_all(self) -> None: ...

    def follow(self) -> None: ...


class Bar(Protocol):
    """The transport of the window that the keyboard is in."""

    @property
    def zoomed(self) -> Zoomed: ...

    def jump(self, direction: int) -> None: ...

    def step_call(self, direction: int) -> None: ...

    def to_edge(self) -> None: ...

    def go_to(self) -> None: ...

    def bookmark(self) -> None: ...

    def mark_span(self) -> None: ...

    def show_marked(self) -> None: ...

    def write(self, kind: Literal["note", "debrief"]) -> None: ...

    def order(self, kind: Literal["hold", "export"]) -> None: ...


def transport_deeds(control: ReplayControl, session: Session, front: Callable[[], Bar | None]) -> list[Deed]:
    """Everything that moves the replay, marks it or looks closer.

    The blank plays and pauses here; it acknowledges nothing. L plays forwards; back to the live windows is Ctrl+L.

    Args:
        front: the bar that deeds of one window are for.
    """

    def on_bar(act: Callable[[Bar], None]) -> Callable[[], None]:
        def run() -> None:
            bar = front()
            if bar is not None:
                act(bar)

        return run

    return [*_motion(control, on_bar), *_marks(control, session, on_bar), *_views(on_bar)]


OnBar = Callable[[Callable[[Bar], None]], Callable[[], None]]


def _motion(control: ReplayControl, on_bar: OnBar) -> list[Deed]:
    first = lambda: control.seek(control.first_ms)  # noqa: E731
    return [
        Deed("replay", translate("Transport", "Play or pause"), "Space", control.toggle),
        Deed("replay", translate("Transport", "Play backwards, again: faster"), "J", control.backwards),
        Deed("replay", translate("Transport", "Pause"), "K", control.pause),
        Deed("replay", translate("Transport", "Play forwards, again: faster"), "L", control.faster),
        Deed("replay", translate("Transport", "Slower"), "[", partial(control.change_rate, -1)),
        Deed("replay", translate("Transport", "Faster"), "]", partial(control.change_rate, 1)),
        Deed("replay", translate("Transport", "One frame back"), ",", partial(control.step, -1), repeats=True),
        Deed("replay", translate("Transport", "One frame forward"), ".", partial(control.step, 1), repeats=True),
        Deed("replay", translate("Transport", "10 s back"), "Shift+Left", partial(control.shift, -SKIP_MS),
             repeats=True),
        Deed("replay", translate("Transport", "10 s forward"), "Shift+Right", partial(control.shift, SKIP_MS),
             repeats=True),
        Deed("replay", translate("Transport", "Previous event"), "Ctrl+Left", on_bar(lambda bar: bar.jump(-1))),
        Deed("replay", translate("Transport", "Next event"), "Ctrl+Right", on_bar(lambda bar: bar.jump(1))),
        Deed("replay", translate("Transport", "To the first instant"), "Home", first),
        Deed("replay", translate("Transport", "To the edge of the present"), "End", on_bar(lambda bar: bar.to_edge())),
        Deed("replay", translate("Transport", "Go to an instant…"), "Ctrl+G", on_bar(lambda bar: bar.go_to())),
        Deed("replay", translate("Transport", "Back to the live windows"), "Ctrl+L", control.live_wanted.emit),
    ]  # fmt: skip


def _marks(control: ReplayControl, session: Session, on_bar: OnBar) -> list[Deed]:
    def to(which: Literal["in", "out"]) -> None:
        at_ms = control.in_ms if which == "in" else control.out_ms
        if at_ms is not None:
            control.seek(at_ms)

    bookmark, note = on_bar(lambda bar: bar.bookmark()), on_bar(lambda bar: bar.write("note"))
    hold, export = on_bar(lambda bar: bar.order("hold")), on_bar(lambda bar: bar.order("export"))
    leave = on_bar(lambda bar: bar.mark_span())
    deeds = [
        Deed("marks", translate("Transport", "Begin of the span here"), "I", control.mark_in),
        Deed("marks", translate("Transport", "End of the span here"), "O", control.mark_out),
        Deed("marks", translate("Transport", "To the begin of the span"), "Shift+I", partial(to, "in")),
        Deed("marks", translate("Transport", "To the end of the span"), "Shift+O", partial(to, "out")),
        Deed("marks", translate("Transport", "Clear the span"), "X", control.clear_span),
        Deed("marks", translate("Transport", "Bookmark here"), "B", bookmark),
        Deed("marks", translate("Transport", "Note here"), "N", note),
        Deed("marks", translate("Transport", "Leave the span as a mark"), "Shift+B", leave),
        Deed("marks", translate("Transport", "Hold evidence of the span…"), "Ctrl+H", hold),
        Deed("marks", translate("Transport", "Export evidence of the span…"), "Ctrl+E", export),
    ]
    if session.live.may("debrief"):
        text = translate("Transport", "Debrief comment here")
        deeds.append(Deed("marks", text, "D", on_bar(lambda bar: bar.write("debrief"))))
    return deeds


def _views(on_bar: OnBar) -> list[Deed]:
    closer, farther = on_bar(lambda bar: bar.zoomed.zoom(0.5)), on_bar(lambda bar: bar.zoomed.zoom(2.0))
    earlier, later = on_bar(lambda bar: bar.step_call(-1)), on_bar(lambda bar: bar.step_call(1))
    whole, marked = on_bar(lambda bar: bar.zoomed.show_all()), on_bar(lambda bar: bar.show_marked())
    return [
        Deed("timeline", translate("Transport", "Timeline: closer"), "+", closer, repeats=True, also=("=",)),
        Deed("timeline", translate("Transport", "Timeline: farther"), "-", farther, repeats=True),
        Deed("timeline", translate("Transport", "Timeline: all of it"), "0", whole),
        Deed("timeline", translate("Transport", "Timeline: the marked span"), "Z", marked),
        Deed("timeline", translate("Transport", "Previous recorded call (Enter goes to it)"), "Ctrl+Up", earlier),
        Deed("timeline", translate("Transport", "Next recorded call (Enter goes to it)"), "Ctrl+Down", later),
    ]
