"""Every agency and unit of the site, found by what people call it: name, short name, old name, number of its area."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.folded import words_of
from backend.contracts.organisation import Unit
from backend.contracts.site import Site
from console.models.session import Session
from widgets.choice_finder import Choice

translate = QCoreApplication.translate

RECENT: Final = "agencies.recent"
RECENT_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class _Named:
    """`names`: how it is called now, `others`: by alias, or as what it took over was called."""

    agency_id: str
    shown: str
    names: tuple[tuple[str, ...], ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]


class AgencyFinder:
    """Of one session: what was used last by this operator stands first."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._site: Site | None = None
        self._known: Sequence[_Named] = ()

    def find(self, typed: str, among: Collection[str] | None = None, first: Collection[str] = ()) -> list[Choice]:
        """All that every word typed begins a word of, with or without diacritics; the initials do as well.

        Args:
            among: ids of those that can be meant; None = all.
            first: stand before what was used last.
        """
        wanted = tuple(words_of(typed))
        recent = {agency_id: place for place, agency_id in enumerate(self.recent())}
        found: list[tuple[bool, int, int, str, Choice]] = []
        for named in self._all():
            hit = _hit(named, wanted)
            if hit is not None and (among is None or named.agency_id in among):
                how, hint = hit
                place = recent.get(named.agency_id, len(recent))
                hint = hint or (translate("AgencyFinder", "used lately") if named.agency_id in recent else "")
                choice = Choice(named.agency_id, named.shown, hint)
                found.append((named.agency_id not in first, place, how, " ".join(named.names[0]), choice))
        return [choice for *_, choice in sorted(found, key=lambda one: one[:4])]

    def name(self, agency_id: str) -> str:
        return next((one.shown for one in self._all() if one.agency_id == agency_id), agency_id)

    def recent(self) -> list[str]:
        """Ids, the one used last first."""
        stored = self._session.preferences.get(RECENT)
        return [one for one in stored if isinstance(one, str)] if isinstance(stored, list) else []

    def used(self, *agency_ids: str) -> None:
        """Remember what was chosen, for the next time."""
        named = [one for one in agency_ids if one]
        kept = [one for one in self.recent() if one not in named]
        self._session.preferences.set(RECENT, [*named, *kept][:RECENT_MOST])

    def _all(self) -> Sequence[_Named]:
        site = self._session.state.site
        if site is not self._site:
            self._site, self._known = site, () if site is None else _all_named(site, self._session.language)
        return self._known


def _all_named(site: Site, language: str) -> Sequence[_Named]:
    """The site's agencies, and its units that exist: an agency that is a unit, too, once."""
    took_over: dict[str, list[Unit]] = {}
    for unit in site.units:
        for heir in unit.replaced_by if unit.valid_to else ():
            took_over.setdefault(heir, []).append(unit)
    units = {unit.unit_id: unit for unit in site.units if not unit.valid_to}
    agencies = {one.agency_id: (one.name_vi, one.name_en) for one in site.agencies}
    named = []
    for agency_id in dict.fromkeys((*agencies, *units)):
        now = units.get(agency_id)
        name_vi, name_en = agencies.get(agency_id) or (units[agency_id].name_vi, units[agency_id].name_en)
        others = [(alias, alias) for alias in (now.aliases if now is not None else ())]
        for old in took_over.get(agency_id, ()):
            until = translate("AgencyFinder", "until {day}: {name}").format(day=_day(old), name=old.name_vi)
            others += [(until, name) for name in (old.name_vi, *old.aliases)]
        names = [tuple(words_of(name)) for name in (name_vi, name_en, agency_id) if name]
        initials = "".join(word[0] for word in names[0])
        shown = name_en if language == "en" and name_en else name_vi
        called = tuple((hint, tuple(words_of(name))) for hint, name in others)
        named.append(_Named(agency_id, shown, (*names, (initials,)), called))
    return named


def _day(unit: Unit) -> str:
    """The last day of one that is over, as dates are written here."""
    year, month, day = unit.valid_to.split("-")
    return f"{day}/{month}/{year}"


def _hit(named: _Named, wanted: tuple[str, ...]) -> tuple[int, str] | None:
    """(how good, the lower the better; hint) for what was typed; None = it is not meant."""
    if not wanted:
        return 0, ""
    for name in named.names:
        if _begin(wanted, name):
            return (0 if name[0].startswith(wanted[0]) else 1), ""
    for hint, name in named.others:
        if _begin(wanted, name):
            return 2, hint
    return None


def _begin(wanted: tuple[str, ...], name: tuple[str, ...]) -> bool:
    return all(any(word.startswith(one) for word in name) for one in wanted)
