"""The report desk: the one place where citizens' reports come in and are decided on, whatever door they came by."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from backend.contracts import report_events as rev
from backend.contracts import report_likeness
from backend.contracts.commands import (
    AskReportExtension,
    DecideReportExtension,
    DecideReportMedium,
    MoveReport,
    NoteReport,
    ReadReport,
    RefusalCode,
    ReportCommand,
    RouteReport,
    TellReportsApart,
)
from backend.contracts.events import Event, RowsShown
from backend.contracts.report_doors import Identity, Likeness
from backend.contracts.report_moves import Side, is_leader, side_of
from backend.contracts.report_rules import Category
from backend.contracts.reports import Channel, Medium, Rating, Report
from backend.contracts.state import RoomState
from backend.domain import report_life
from backend.domain.alerts import Decision, Refusal
from backend.domain.report_life import Move, Target
from backend.domain.report_routing import Router
from backend.domain.working_time import MINUTE_MS, WorkingCalendar, around_the_clock
from backend.services.accounts import SignedIn
from backend.services.reports.archive import ReportArchive
from backend.services.reports.reporters import Reporters
from backend.services.reports.rules import calendar_of, router_of
from backend.services.room import Room
from backend.sources.text import paragraphs, plain
from backend.storage.errors import StorageError
from config.communes import Areas
from config.model import SiteConfig

_log = logging.getLogger(__name__)

TITLE_CHARS: Final = 120
DRAFT_NUMBER: Final = 999_999_999
"""Of a report that nobody has filed yet: higher than any that is there."""

REASON_CHARS: Final = 500
MEDIUM_WORDS: Final = {"report": "Ảnh hiện trường", "before": "Ảnh trước xử lý", "after": "Ảnh sau xử lý"}
OUTSIDE_DEG: Final = 0.2
"""So far outside of the box around the communes a place still counts: people stand on the other bank."""

WATCH_S: Final = 2.0
"""How often clocks are looked at: a deadline is a matter of hours."""


class ReportError(ValueError):
    """It cannot be taken or changed as asked; says what, where and what would be right."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What somebody reports.

    Attributes:
        title: what its one line is made of; "" = the text.
        commune_code: where it is, when no point is told.
        answers: of the questions of the crisis whose id is the campaign.
        chief: agency that gets it at once; "" = whom the site's routing names, if its category is routed at once.
        simulated: it comes from the demonstration's citizens.
        remarks: for the room alone: what came along and was not taken.
    """

    channel: Channel
    category_id: str
    text: str
    lat_deg: float | None = None
    lon_deg: float | None = None
    address: str = ""
    media: tuple[Medium, ...] = ()
    campaign: str = ""
    title: str = ""
    commune_code: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    chief: str = ""
    simulated: bool = False
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What the room's state does not hold and a command needs, asked for just before it is decided.

    Attributes:
        stored: the report's row, where the state has none any more.
        media: digests of its pictures and films.
    """

    stored: Report | None = None
    media: frozenset[str] = frozenset()


HandlingCommand = MoveReport | RouteReport | NoteReport | AskReportExtension | DecideReportExtension
_Wish = Callable[[Report, int], Decision]
"""What is to become of a report as it stands, at this instant (epoch ms)."""


class ReportDesk:
    """Event-loop thread only. `run` is an endless job for the supervisor.

    Attributes:
        box: (south, west, north, east) around the communes of the site; None without communes.
    """

    def __init__(
        self, site: SiteConfig, room: Room, archive: ReportArchive, reporters: Reporters, areas: Areas
    ) -> None:
        self._site = site
        self._room = room
        self.archive = archive
        self.reporters = reporters
        self._areas = areas
        self.box = areas.box()
        self._router: tuple[str, Router] | None = None

    # -- citizens -------------------------------------------------------------------------------------------------

    async def receive(self, filed: Filed, *, actor: str = "", origin: str = "", caused_by: str | None = None) -> Report:
        """Take a report: numbered, placed in its commune and, where its category says so, with its agency at once.

        Raises:
            ReportError: the category is none of the site's, or nothing was said.
            StorageError: it was not stored.
        """
        made: list[Report] = []

        def decide(state: RoomState) -> Sequence[Event]:
            report, events = self.filing(state, filed)
            made[:] = [report]
            return events

        await self._room.record(decide, actor=actor, caused_by=caused_by, origin=origin)
        return made[0]

    def filing(self, state: RoomState, filed: Filed) -> tuple[Report, Sequence[Event]]:
        """The report that `state` gets by it, and the events that make it so. Raises: ReportError."""
        category = self._category(filed.category_id)
        now_ms = self._room.now_ms()
        report = self._made(filed, category, state.reports_received + 1, now_ms)
        text = paragraphs(filed.text, rev.TEXT_MOST)
        received = rev.ReportReceived(report=report, text=text, media=filed.media, answers=dict(filed.answers))
        events: list[Event] = [received]
        events += [
            rev.ReportNoted(report_id=report.report_id, audience="inside", text=plain(remark, REASON_CHARS))
            for remark in filed.remarks
        ]
        target = self._target(report, category, now_ms) if category.auto_route or filed.chief else None
        if filed.chief:
            target = _led_by(filed.chief, target, category.allowed_min * MINUTE_MS, filed.campaign)
        if target is not None:
            calendar = calendar_of(self._site, category)
            routed = report_life.route(report, target, self.agencies(), "", calendar, now_ms)
            events += [] if isinstance(routed, Refusal) else routed
        return report, events

    def draft(self, filed: Filed) -> Report:
        """The report as it would be, for who looks for others like it. Raises: ReportError."""
        return self._made(filed, self._category(filed.category_id), DRAFT_NUMBER, self._room.now_ms())

    def _made(self, filed: Filed, category: Category, number: int, now_ms: int) -> Report:
        """Raises: ReportError."""
        title = plain(filed.title or paragraphs(filed.text, rev.TEXT_MOST), TITLE_CHARS)
        if not title:
            raise ReportError("description: nothing is said; say in a few words what is wrong")
        return Report(
            report_id=f"{self._site.reports.rules.code_prefix}-{number:06d}",
            number=number,
            code=f"{self._site.reports.rules.code_prefix}-{number:06d}",
            channel=filed.channel,
            category_id=category.category_id,
            flow=category.flow,
            title=title,
            lat_deg=filed.lat_deg,
            lon_deg=filed.lon_deg,
            address=plain(filed.address, 300),
            commune_code=self._commune(filed),
            priority=category.priority,
            received_ms=now_ms,
            changed_ms=now_ms,
            campaign=filed.campaign,
            media=len(filed.media),
            simulated=filed.simulated or self._site.simulated,
            exercise=bool(self._site.exercise_vi),
        )

    async def identify(self, report_id: str, who: Identity) -> None:
        """Seal who reported under the report's number; it stands nowhere else. Raises: StorageError."""
        if who.is_known:
            await self.reporters.seal(report_id, who)

    async def citizen_wrote(
        self,
        report_id: str,
        text: str,
        media: tuple[Medium, ...] = (),
        *,
        actor: str = "",
        origin: str = "",
        caused_by: str | None = None,
    ) -> None:
        """More from the citizen; asked for it, the report goes back to who asked. Raises: ReportError, StorageError."""
        said = paragraphs(text, rev.TEXT_MOST)

        def wish(report: Report, now_ms: int) -> Decision:
            noted = rev.ReportNoted(
                report_id=report_id, audience="citizen", by_citizen=True, text=said or "…", media=media
            )
            if report.state != "need_info":
                return (noted,)
            calendar = self._calendar(report)
            moved = report_life.move(report, Move("verifying"), "citizen", calendar, now_ms)
            return moved if isinstance(moved, Refusal) else (noted, *moved)

        await self._decide(report_id, wish, actor, origin, caused_by)

    async def citizen_rated(
        self, report_id: str, rating: Rating, text: str = "", *, actor: str = "", origin: str = ""
    ) -> None:
        """Raises: ReportError, StorageError."""
        said = paragraphs(text, rev.TEXT_MOST)
        await self._decide(report_id, lambda report, now_ms: report_life.rate(report, rating, said), actor, origin)

    async def citizen_reopened(self, report_id: str, reason: str, *, actor: str = "", origin: str = "") -> None:
        """Raises: ReportError, StorageError."""
        wish = Move("reopened", reason=plain(reason, REASON_CHARS))

        def decide(report: Report, now_ms: int) -> Decision:
            return report_life.move(report, wish, "citizen", self._calendar(report), now_ms)

        await self._decide(report_id, decide, actor, origin)

    async def _decide(self, report_id: str, wish: _Wish, actor: str, origin: str, caused_by: str | None = None) -> None:
        stored = await self.stored(report_id)
        refusals: list[Refusal] = []

        def decide(state: RoomState) -> Sequence[Event]:
            decided = self._decided(state, report_id, stored, wish)
            if isinstance(decided, Refusal):
                refusals.append(decided)
                return ()
            return decided

        await self._room.record(decide, actor=actor, caused_by=caused_by, origin=origin)
        if refusals:
            raise ReportError(refusals[0].reason)

    # -- the room and its agencies --------------------------------------------------------------------------------

    async def attach(self, report_id: str, medium: Medium, operator: SignedIn, *, origin: str = "") -> None:
        """A photo or video of the place, before or after the work. Raises: ReportError, StorageError."""

        def wish(report: Report, now_ms: int) -> Decision:
            side = side_of(report, operator.agency_id)
            if side is None:
                return Refusal(RefusalCode.NOT_FOUND, f"your agency has no report {report_id!r}"[:300])
            noted = report_life.note(report, "inside", MEDIUM_WORDS[medium.stage], side)
            if isinstance(noted, Refusal):
                return noted
            return tuple(one.model_copy(update={"media": (medium,)}) for one in noted)

        await self._decide(report_id, wish, operator.user, origin)

    async def stored(self, report_id: str) -> Report | None:
        """The row of one that the room's state does not hold any more. Raises: StorageError."""
        if self._room.state.report(report_id) is not None:
            return None
        return await self.archive.find(report_id)

    async def known(self, command: ReportCommand) -> Known:
        """What `wish` will need. Raises: StorageError."""
        stored = await self.stored(command.report_id)
        if not isinstance(command, DecideReportMedium):
            return Known(stored)
        # It may have been attached a moment ago.
        await self.archive.up_to_date()
        is_its = command.report_id in await self.archive.store.media.reports_of(command.digest)
        return Known(stored, frozenset((command.digest,)) if is_its else frozenset())

    def wish(self, state: RoomState, command: ReportCommand, known: Known, operator: SignedIn) -> Decision:
        """What `command` comes to. `known`: what `known` said of it just before."""

        def decide(report: Report, now_ms: int) -> Decision:
            side = side_of(report, operator.agency_id)
            if side is None:
                return Refusal(RefusalCode.NOT_FOUND, f"your agency has no report {command.report_id!r}"[:300])
            match command:
                case TellReportsApart():
                    return report_life.tell_apart(report, command.other_id, side)
                case DecideReportMedium():
                    return report_life.decide_medium(report, command.digest, command.public, known.media, side)
                case ReadReport():
                    leads = is_leader(report, operator.user, operator.display_name)
                    return report_life.read(report, plain(command.text, REASON_CHARS), leads)
            return self._asked(report, command, side, operator.user, now_ms)

        return self._decided(state, command.report_id, known.stored, decide)

    def _decided(self, state: RoomState, report_id: str, stored: Report | None, wish: _Wish) -> Decision:
        report = state.report(report_id)
        if report is not None:
            return wish(report, self._room.now_ms())
        if stored is None:
            return Refusal(RefusalCode.NOT_FOUND, f"there is no report {report_id!r}"[:300])
        decided = wish(stored, self._room.now_ms())
        return decided if isinstance(decided, Refusal) else (RowsShown(reports=(stored,)), *decided)

    def _asked(self, report: Report, command: HandlingCommand, side: Side, user: str, now_ms: int) -> Decision:
        calendar = self._calendar(report)
        match command:
            case MoveReport():
                wish = Move(
                    command.state,
                    reason=plain(command.reason, REASON_CHARS),
                    text=paragraphs(command.text, rev.TEXT_MOST),
                    duplicate_of=command.duplicate_of,
                )
                return report_life.move(report, wish, side, calendar, now_ms)
            case RouteReport():
                target = self._wanted(report, command, now_ms)
                if target is None:
                    return Refusal(RefusalCode.INVALID, "no rule of the site says where it goes: name an agency")
                reason = plain(command.reason, REASON_CHARS)
                return report_life.route(report, target, self.agencies(), reason, calendar, now_ms)
            case NoteReport():
                return report_life.note(report, command.audience, paragraphs(command.text, rev.TEXT_MOST), side)
            case AskReportExtension():
                reason = plain(command.reason, REASON_CHARS)
                return report_life.ask_extension(report, command.more_min * MINUTE_MS, reason, user, now_ms)
            case DecideReportExtension():
                reason = plain(command.reason, REASON_CHARS)
                return report_life.decide_extension(report, command.granted, reason, calendar, now_ms)

    async def alike(self, report: Report) -> tuple[Likeness, ...]:
        """Reports that may be about the same thing as this one. Raises: StorageError."""
        rules = self._site.reports.rules
        since_ms = report.received_ms - rules.duplicates.within_days * report_likeness.DAY_MS
        if report.lat_deg is None or report.lon_deg is None:
            others: Iterable[Report] = self._room.durable.reports.values()
        else:
            box = report_likeness.box_around(report.lat_deg, report.lon_deg, rules.duplicates.within_m)
            others = await self.archive.store.near(report, box, since_ms)
        return report_likeness.likely(report, others, rules)

    # -- clocks ---------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Tell of every clock that comes near its end, or to it."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                _log.warning("clocks of reports are not told: %s", error)
            await asyncio.sleep(WATCH_S)

    async def look(self) -> None:
        """Raises: StorageError."""
        now_ms = self._room.now_ms()
        if any(report_life.overdue(one, now_ms) for one in self._room.state.reports.values()):
            await self._room.record(
                lambda state: [event for one in state.reports.values() for event in report_life.overdue(one, now_ms)]
            )

    # -- the site's rules -----------------------------------------------------------------------------------------

    def _category(self, category_id: str) -> Category:
        category = self._site.reports.rules.category(category_id)
        if category is None or category.retired:
            known = ", ".join(one.category_id for one in self._site.reports.rules.categories if not one.retired)
            raise ReportError(f"service_code: the site has no category {category_id!r}; allowed: {known}"[:1000])
        return category

    def _calendar(self, report: Report) -> WorkingCalendar:
        category = self._site.reports.rules.category(report.category_id)
        if category is None:  # of an older list: its clock goes on around the clock
            return around_the_clock(self._site.utc_offset_min)
        return calendar_of(self._site, category)

    def agencies(self) -> frozenset[str]:
        """Ids of all that can be given something to do today."""
        today = local_day(self._room.now_ms(), self._site.utc_offset_min)
        units = (unit.unit_id for unit in self._site.units if unit.exists_on(today))
        return frozenset((*(one.agency_id for one in self._site.agencies), *units))

    def _commune(self, filed: Filed) -> str:
        """Raises: ReportError."""
        if filed.lat_deg is None or filed.lon_deg is None:
            if filed.commune_code and filed.commune_code not in self._areas.by_code:
                raise ReportError(f"commune_code: the site has no commune {filed.commune_code!r}"[:300])
            return filed.commune_code
        commune = self._areas.commune_at(filed.lat_deg, filed.lon_deg)
        return commune.code if commune is not None else ""

    def _target(self, report: Report, category: Category, now_ms: int) -> Target | None:
        today = local_day(now_ms, self._site.utc_offset_min)
        if self._router is None or self._router[0] != today:
            self._router = (today, router_of(self._site, today))
        return self._router[1].target(category, report.commune_code, now_ms)

    def _wanted(self, report: Report, command: RouteReport, now_ms: int) -> Target | None:
        category = self._site.reports.rules.category(report.category_id)
        ruled = self._target(report, category, now_ms) if category is not None else None
        if not command.chief:
            return ruled
        allowed_ms = category.allowed_min * MINUTE_MS if category is not None else 86_400_000
        leader = ruled.leader if ruled is not None else ""
        return Target(command.chief, command.partners, leader, allowed_ms)


def _led_by(chief: str, ruled: Target | None, allowed_ms: int, rule: str) -> Target:
    """A crisis says who leads; whom the site's routing names works with them."""
    if ruled is None:
        return Target(chief, allowed_ms=allowed_ms, rule=rule)
    partners = tuple(one for one in dict.fromkeys((ruled.chief, *ruled.partners)) if one != chief)
    return replace(ruled, chief=chief, partners=partners, rule=rule)


def local_day(now_ms: int, utc_offset_min: int) -> str:
    """ISO date at the site."""
    return (datetime.fromtimestamp(now_ms / 1000, UTC) + timedelta(minutes=utc_offset_min)).date().isoformat()


def is_inside(lat_deg: float, lon_deg: float, box: tuple[float, float, float, float]) -> bool:
    """Whether it may be a place of the site; `box`: (south, west, north, east)."""
    south, west, north, east = box
    return south - OUTSIDE_DEG <= lat_deg <= north + OUTSIDE_DEG and west - OUTSIDE_DEG <= lon_deg <= east + OUTSIDE_DEG
