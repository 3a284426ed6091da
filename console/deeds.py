"""What can be done at this desk, put together for menu, palette, keys and help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication

from backend.contracts.alerts import Verdict
from console.chrome.actions import Deed
from console.chrome.annunciator import Annunciator
from console.chrome.finder import Entry
from console.chrome.voice import Voice
from console.models.aside import AsideKind, offered, question, send
from console.models.hotline import CALL_KEY
from console.models.incidents import join_suggested, promote
from console.models.session import Session, may_judge
from console.models.steering import turn
from console.windows import Windows
from console.workspace import Workspace, key_of

translate = QCoreApplication.translate


def alert_deeds(session: Session) -> list[Deed]:
    """On the selected alert, whatever panel has the focus."""

    def selected_alert() -> str:
        current = session.selection.current
        return current.key if current is not None and current.kind == "alert" else ""

    def acknowledge() -> None:
        alert = session.state.alerts.get(selected_alert())
        if alert is None or not alert.unanswered or session.commands.waiting(alert.alert_id, "alert.acknowledge"):
            return
        if session.may_change("alert.acknowledge", alert) and session.selection.is_settled:
            session.commands.acknowledge(alert.alert_id)

    def take() -> None:
        alert = session.state.alerts.get(selected_alert())
        if alert is None or session.commands.waiting(alert.alert_id, "alert.take"):
            return
        if session.may_change("alert.take", alert):
            session.commands.take(alert.alert_id, alert.owner)

    def judge(verdict: Verdict) -> None:
        alert = session.state.find_alert(selected_alert())
        if alert is not None and may_judge(session, alert, verdict) and session.selection.is_settled:
            session.commands.judge(alert.alert_id, verdict)

    def go_there() -> None:
        current = session.selection.current
        if current is not None:
            session.selection.bring_room_to(current.kind, current.key)

    return [
        Deed("alert", translate("Deeds", "Acknowledge the selected alert"), "Space", acknowledge),
        Deed(
            "alert",
            translate("Deeds", "Acknowledge the selected alert with a comment"),
            "Shift+Space",
            partial(session.asked.emit, "acknowledge"),
        ),
        Deed("alert", translate("Deeds", "Comment on the selected alert"), "C", partial(session.asked.emit, "comment")),
        Deed("alert", translate("Deeds", "Take over the selected alert"), "T", take),
        Deed("alert", translate("Deeds", "Hand the alert to an agency"), "D", partial(session.asked.emit, "dispatch")),
        Deed(
            "alert",
            translate("Deeds", "Confirm the selected alert"),
            "V",
            partial(judge, "confirmed"),
        ),
        Deed("alert", translate("Deeds", "Reject the selected alert: false alarm"), "X", partial(judge, "false")),
        *_aside_deeds(session, selected_alert),
        *_incident_deeds(session, selected_alert),
        Deed("alert", translate("Deeds", "Bring map and cameras to the selection"), "G", go_there),
        Deed("alert", translate("Deeds", "Turn the nearest camera to the selection"), "P", partial(turn, session)),
    ]


def _aside_deeds(session: Session, selected_alert: Callable[[], str]) -> list[Deed]:
    """Shelf, service, hand-over and reset of the selected alert."""

    def aside(*kinds: AsideKind) -> None:
        """The first of them that the alert's phase and the role allow; what it needs to know is asked on its card."""
        alert = session.state.alerts.get(selected_alert())
        found = next((kind for kind in kinds if alert is not None and offered(session, alert, kind)), None)
        if alert is None or found is None or not session.selection.is_settled:
            return
        if question(session, alert, found) is None:
            send(session, alert.alert_id, found)
        else:
            session.asked.emit(found)

    return [
        Deed(
            "alert",
            translate("Deeds", "Shelve the selected alert, or take it back"),
            "S",
            partial(aside, "alert.unshelve", "alert.shelve"),
        ),
        Deed(
            "alert",
            translate("Deeds", "Hand the selected alert over to a colleague"),
            "H",
            partial(aside, "alert.hand_over"),
        ),
        Deed(
            "alert",
            translate("Deeds", "Take the selected alert out of service, or back"),
            "O",
            partial(aside, "alert.return_to_service", "alert.take_out_of_service"),
        ),
        Deed("alert", translate("Deeds", "Reset the selected latched alert"), "Z", partial(aside, "alert.reset")),
    ]


def _incident_deeds(session: Session, selected_alert: Callable[[], str]) -> list[Deed]:
    def open_incident() -> None:
        if session.selection.is_settled:
            promote(session, selected_alert())

    def join() -> None:
        if session.selection.is_settled:
            join_suggested(session, selected_alert())

    return [
        Deed("alert", translate("Deeds", "Open an incident from the selected alert"), "E", open_incident),
        Deed("alert", translate("Deeds", "Join the selected alert to the suggested incident"), "Shift+E", join),
    ]


def room_deeds(
    windows: Windows, workspaces: Sequence[Workspace], choose: Callable[[str], None], language: str
) -> list[Deed]:
    """Workspaces and windows."""
    show = translate("Deeds", "Workspace {title}")
    deeds = [
        Deed(
            "room",
            show.format(title=workspace.title(language)),
            key_of(number),
            partial(choose, workspace.key),
        )
        for number, workspace in enumerate(workspaces, 1)
    ]
    deeds += [
        Deed("window", translate("Deeds", "Full screen on or off"), "F11", windows.toggle_full_screen),
        Deed("window", translate("Deeds", "Layout as delivered"), "", windows.reset_layout),
        Deed("window", translate("Deeds", "Open a window on every monitor"), "", windows.open_on_every_monitor),
    ]
    return deeds


def sound_deeds(annunciator: Annunciator, mute_min: float, voice: Voice) -> list[Deed]:
    def toggle() -> None:
        if annunciator.muted_s:
            annunciator.unmute()
        else:
            annunciator.mute(mute_min)

    def say_worst() -> None:
        voice.say_worst()

    return [
        Deed("sound", translate("Deeds", "Mute for {minutes} minutes, or not").format(minutes=mute_min), "M", toggle),
        Deed("sound", translate("Deeds", "Say the worst alert again"), "Ctrl+M", say_worst),
        Deed("sound", translate("Deeds", "Voice on or off"), "", lambda: voice.set_on(not voice.on)),
    ]


def panel_keys() -> list[Deed]:
    """Keys that the panels themselves hold, for the page of keys."""

    def nothing() -> None:
        return

    rows = (
        ("Ctrl+1", translate("Deeds", "Camera wall: 1, 4, 9 … pictures (Ctrl+1 to Ctrl+9)")),
        ("Ctrl+S", translate("Deeds", "Save the selected picture")),
        ("Return", translate("Deeds", "Open what is selected, large")),
        ("Esc", translate("Deeds", "Back")),
        ("Right", translate("Deeds", "Inbox in a flood: open the group (Left closes it)")),
        ("L", translate("Deeds", "Charts: follow now")),
        ("Home", translate("Deeds", "Map: whole province")),
        (CALL_KEY, translate("Deeds", "Hotline: the call that you talk in, from any workspace")),
        ("N", translate("Deeds", "Hotline: a report of somebody at the counter")),
        ("K", translate("Deeds", "Hotline: crisis mode (supervisor)")),
        ("A", translate("Deeds", "Reports and duplicates: the letters that stand on their buttons")),
    )
    return [Deed("help", text, key, nothing, shown_only=True) for key, text in rows]


def things(session: Session) -> list[Entry]:
    """Everything of the room that has a place, for the search."""
    site = session.state.site
    bring = session.selection.bring_room_to
    found = [
        Entry(session.alerts.headline(alert), translate("Deeds", "alert"), partial(bring, "alert", alert.alert_id))
        for alert in session.alerts.alerts()
    ]
    if site is None:
        return found
    found += [
        Entry(
            session.local_name(camera.name_vi, camera.name_en),
            translate("Deeds", "camera"),
            partial(bring, "camera", camera.camera_id),
        )
        for camera in site.cameras
    ]
    found += [
        Entry(
            session.local_name(station.name_vi, station.name_en),
            translate("Deeds", "station"),
            partial(bring, "station", station.station_id),
        )
        for station in site.stations
    ]
    found += [
        Entry(commune.name, translate("Deeds", "commune"), partial(bring, "commune", commune.code))
        for commune in site.communes
    ]
    return found
