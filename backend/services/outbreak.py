"""Line lists of outbreaks: kept without persons, and counted into the figures of the site's indicators."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from backend.contracts.folded import folded
from backend.contracts.indicators import FIGURES_AT_ONCE, FigureEntry
from backend.contracts.outbreak import Case
from backend.domain.outbreak import counted, touched_days
from backend.services.indicators.desk import IndicatorDesk
from backend.services.keys import kept_key
from backend.sources.case_list import CaseRow, CaseRules
from backend.sources.indicator_message import PlacedEntry
from backend.sources.text import shown
from backend.storage.cases import CaseStore, KeyedCase, Merged
from backend.storage.errors import StorageError
from config.model import SiteConfig
from config.outbreak import Disease

KEY_FILE: Final = "cases.key"
NOTE: Final = "đếm từ danh sách ca bệnh"
_KINDS: Final = ("xa", "phuong", "thi tran", "dac khu")


class OutbreakDesk:
    """Event-loop thread only."""

    def __init__(self, site: SiteConfig, store: CaseStore, figures: IndicatorDesk, key: bytes) -> None:
        self._site = site
        self._store = store
        self._figures = figures
        self._key = key
        self._turn = asyncio.Lock()
        self._codes = {commune.code for commune in site.communes}
        self._by_name: dict[str, list[str]] = {}
        for commune in site.communes:
            self._by_name.setdefault(_name(commune.name), []).append(commune.code)

    @classmethod
    def open(cls, site: SiteConfig, store: CaseStore, figures: IndicatorDesk, folder: Path) -> OutbreakDesk:
        """With the key of `folder`, made when there is none. Raises: KeyFileError."""
        return cls(site, store, figures, kept_key(folder / KEY_FILE))

    def rules(self, producer_id: str, now_ms: int) -> CaseRules:
        """What a list of this producer is read by; no diseases = it may send none."""
        mine = [one.disease_id for one in self._site.outbreak.diseases if one.producer_id == producer_id]
        return CaseRules(self._commune, self._site.outbreak.words, mine, self._figures.day(now_ms))

    def _commune(self, written: str) -> str:
        """The code of a commune by its code or name. Raises: ValueError, with what would be right."""
        if written in self._codes:
            return written
        found = self._by_name.get(_name(written), []) if written else []
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"{shown(written)} may be {' or '.join(sorted(found))}; write the code")
        raise ValueError(f"{shown(written)} is no commune of the site; write its GSO code or its name")

    async def take(self, producer_id: str, rows: Sequence[CaseRow], now_ms: int, origin: str = "") -> Merged:
        """Keep the cases, all or none, and count anew what they change. The same list again changes nothing.

        Raises:
            StorageError: send it again; what was kept already is not counted twice.
        """
        async with self._turn:
            # A large list is hashed beside the loop: every seat would wait for it.
            keyed = await asyncio.to_thread(lambda: [self.keyed(row) for row in rows])
            merged = await self._store.merge(keyed, now_ms)
            for disease in self._site.outbreak.diseases:
                if any(row.disease_id == disease.disease_id for row in rows):
                    await self._count(disease, merged.moves, origin)
            return merged

    async def run(self) -> None:
        """Count anew what an earlier run kept and could not count any more; then nothing, until cancelled."""
        async with self._turn:
            for disease in self._site.outbreak.diseases:
                await self._count(disease, (), "")
        await asyncio.Event().wait()

    def keyed(self, row: CaseRow) -> KeyedCase:
        """As it is kept: by a keyed hash of the number its agency gave it."""
        text = f"{row.disease_id}\n{row.case_id}"
        key = hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]
        return KeyedCase(key, row.disease_id, Case(row.commune, row.reported_on, row.status, row.ended_on))

    async def _count(self, disease: Disease, moves: Iterable[tuple[Case | None, Case]], origin: str) -> None:
        known = await self._store.all(disease.disease_id)
        days = [day for case in known for day in (case.reported_on, case.ended_on) if day is not None]
        last = max(days, default=None)
        if last is None:
            return
        pairs = tuple(moves)
        entries = await asyncio.to_thread(self._entries, disease, known, pairs, last)
        codes = set(disease.codes().values())
        for start in range(0, len(entries), FIGURES_AT_ONCE):
            answer = await self._figures.enter(
                entries[start : start + FIGURES_AT_ONCE],
                lambda indicator: indicator.code in codes,
                "api",
                actor=f"producer:{disease.producer_id}",
                origin=origin,
            )
            if answer.problems:
                raise StorageError(f"counted cases were not entered: {answer.problems[0].words_en}")

    def _entries(
        self, disease: Disease, known: Sequence[Case], moves: Sequence[tuple[Case | None, Case]], last: date
    ) -> list[PlacedEntry]:
        """Figures of the newest days for every commune, and of older days for those that the list changed."""
        recent = [last - timedelta(days=number) for number in range(self._site.outbreak.days)]
        found = dict(counted(known, recent, self._codes))
        older: dict[str, set[date]] = {}
        for before, after in moves:
            for case in (before, after):
                if case is not None:
                    days = touched_days(case, last) - set(recent)
                    for area in (case.commune, ""):
                        older.setdefault(area, set()).update(days)
        all_older = sorted(set().union(*older.values()))
        if all_older:
            there = counted(known, all_older, older)
            found |= {key: value for key, value in there.items() if key[2] in older.get(key[1], ())}
        codes = disease.codes()
        return [
            _placed(codes[count], area, day, value)
            for (count, area, day), value in sorted(found.items(), key=lambda one: (one[0][2], one[0][0], one[0][1]))
            if count in codes
        ]


def _placed(code: str, area: str, day: date, value: int) -> PlacedEntry:
    entry = FigureEntry(code=code, area=area, period=day.isoformat(), value=float(value), note=NOTE)
    return PlacedEntry(entry, f"{code} {area} {day}", 0)


def _name(text: str) -> str:
    """A commune's name without what kind of commune it is."""
    words = " ".join(folded(text).split())
    for kind in _KINDS:
        if words.startswith(f"{kind} ") and len(words) > len(kind) + 1:
            return words[len(kind) + 1 :]
    return words
