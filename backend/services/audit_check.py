"""Checks an audit log from its rows, the events it seals, and the heads that were written off."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from backend.contracts.audit import AuditHead, SignedHead
from backend.services.audit_heads import signer_of
from backend.services.signing import fingerprint
from backend.storage.audit import SEALED, AuditRow, EventDigest, Seal, canonical, digest_of, genesis_of, seal_of

SHOWN_OF_A_KIND: Final = 20


@dataclass(frozen=True, slots=True)
class HeadLine:
    """A line of a head file. `place` is for people: the file and the line's number."""

    place: str
    line: bytes


@dataclass(slots=True)
class Report:
    """What was found. No finding = good, as far as `newest_head` reaches."""

    findings: list[str] = field(default_factory=list)
    more: int = 0
    records: int = 0
    heads: int = 0
    events_sealed: int = 0
    events_unsealed: int = 0
    newest_head: AuditHead | None = None
    _kinds: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not self.findings

    @property
    def records_after_head(self) -> int:
        """Records that no head covers yet: their end could be cut off without a trace."""
        return self.records if self.newest_head is None else max(0, self.records - self.newest_head.number)

    def found(self, kind: str, text: str) -> None:
        """Keep the first findings of each kind: a whole chain that was exchanged is one deed, not a million."""
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        if self._kinds[kind] <= SHOWN_OF_A_KIND:
            self.findings.append(text)
        else:
            self.more += 1


def verify(
    rows: Iterable[Sequence[object]],
    heads: Iterable[HeadLine],
    keys: Collection[bytes],
    events: Iterable[Sequence[object]] = (),
) -> Report:
    """Recompute everything.

    Args:
        rows: of the table `audit`, in the order of their numbers, as stored; each is looked at once.
        heads: every line of every head file, in the files' order.
        keys: public keys that may have signed heads.
        events: rows of the event log in the order of seq, as stored.
    """
    report = Report()
    known = _read_heads(heads, keys, report)
    seals = _Chain(report, known).check(rows)
    _check_events(events, seals, report)
    return report


def _read_heads(lines: Iterable[HeadLine], keys: Collection[bytes], report: Report) -> list[tuple[str, AuditHead]]:
    known: list[tuple[str, AuditHead]] = []
    before: dict[str, int] = {}
    for one in lines:
        try:
            signed = SignedHead.model_validate_json(one.line)
            # One way to write it: a second one would be a change that the signature does not show.
            readable = canonical(signed.model_dump()) == one.line
        except ValueError:
            readable = False
        if not readable:
            report.found("head", f"{one.place}: no head of an audit log can be read there")
            continue
        key = signer_of(signed)
        if key is None:
            report.found("head", f"{one.place}: the signature does not hold: the head was changed")
            continue
        if key not in keys:
            report.found("head", f"{one.place}: signed with another key ({fingerprint(key)}): not of this audit log")
            continue
        file = one.place.rpartition(":")[0]
        if signed.head.number < before.get(file, 0):
            report.found("head", f"{one.place}: an older head follows a newer one: lines were exchanged or put back")
        before[file] = signed.head.number
        known.append((one.place, signed.head))
        if report.newest_head is None or signed.head.number >= report.newest_head.number:
            report.newest_head = signed.head
    report.heads = len(known)
    return known


class _Chain:
    """One pass over the rows."""

    def __init__(self, report: Report, heads: Sequence[tuple[str, AuditHead]]) -> None:
        self._report = report
        self._heads: dict[int, list[tuple[str, AuditHead]]] = {}
        for place, head in heads:
            self._heads.setdefault(head.number, []).append((place, head))
        self._seals: list[Seal] = []
        self._chain: str | None = None
        self._number = 0
        self._digest: object = None

    def check(self, rows: Iterable[Sequence[object]]) -> Sequence[Seal]:
        for raw in rows:
            self._report.records += 1
            row = AuditRow(*raw)  # type: ignore[arg-type]
            if not self._place(row):
                continue
            self._content(row)
            self._link(row)
            self._compare(row)
            if row.deed == SEALED:
                self._seal(row)
            self._number, self._digest = row.number, row.digest
        self._end()
        return self._seals

    def _place(self, row: AuditRow) -> bool:
        expected = self._number + 1
        if type(row.number) is not int:
            self._report.found("number", f"a record has the number {row.number!r} where {expected} was expected")
            return False
        if row.number > expected:
            missing = f"{expected}" if row.number == expected + 1 else f"{expected} to {row.number - 1}"
            self._report.found("number", f"record {missing} is missing")
        elif row.number < expected:
            self._report.found("number", f"record {row.number} stands after record {self._number}")
        return True

    def _content(self, row: AuditRow) -> None:
        try:
            holds = digest_of(row) == row.digest
        except (TypeError, ValueError):
            holds = False
        if not holds:
            self._report.found("content", f"record {row.number} was changed: its digest does not hold")

    def _link(self, row: AuditRow) -> None:
        if row.number == 1:
            self._chain = genesis_of(row)
            if self._chain is None or row.previous != self._chain:
                self._report.found("link", "record 1 is not the beginning of an audit log")
        elif row.previous != self._digest:
            self._report.found("link", f"record {row.number} does not follow record {self._number}")

    def _compare(self, row: AuditRow) -> None:
        for place, head in self._heads.pop(row.number, ()):
            if head.digest != row.digest:
                text = f"record {row.number} is not the one that was signed ({place}): the log was computed anew"
                self._report.found("signed", text)
            if head.chain != self._chain:
                self._report.found("chain", f"{place}: signed for another audit log: this one was begun anew")

    def _seal(self, row: AuditRow) -> None:
        seal = seal_of(row.detail) if isinstance(row.detail, str) else None
        if seal is None:
            self._report.found("seal", f"record {row.number} seals no events")
            return
        before = self._seals[-1].to_seq if self._seals else 0
        if seal.from_seq != before + 1:
            text = f"record {row.number} seals events from {seal.from_seq} on; {before + 1} was expected"
            self._report.found("seal", text)
        self._seals.append(seal)

    def _end(self) -> None:
        left = [(place, head) for heads in self._heads.values() for place, head in heads]
        beyond = [(place, head) for place, head in left if head.number > self._number]
        if beyond:
            place, last = max(beyond, key=lambda one: one[1].number)
            end = f"ends with record {self._number}" if self._number else "is empty"
            text = f"the audit log {end}, but record {last.number} was signed ({place}): its end was cut off"
            self._report.found("cut", text)
        for place, head in left:
            if head.number <= self._number:
                self._report.found("signed", f"record {head.number} was signed ({place}) and is not there")


def _check_events(events: Iterable[Sequence[object]], seals: Sequence[Seal], report: Report) -> None:
    following = iter(seals)
    seal, digest, expected = next(following, None), EventDigest(), 1

    def close(seal: Seal) -> None:
        report.events_sealed += seal.to_seq - seal.from_seq + 1
        if digest.hexdigest != seal.sha256:
            text = f"events {seal.from_seq} to {seal.to_seq} of the event log are not those that were sealed"
            report.found("events", text)

    for row in events:
        seq = row[0]
        if type(seq) is not int:
            report.found("events", f"an event has the seq {seq!r} where {expected} was expected")
            continue
        if seq != expected:
            report.found("events", f"event {expected} of the event log is missing" if seq > expected else _twice(seq))
        while seal is not None and seq > seal.to_seq:
            close(seal)
            seal, digest = next(following, None), EventDigest()
        if seal is None:
            report.events_unsealed += 1
        else:
            _add(digest, row)
        expected = seq + 1
    while seal is not None:
        if expected <= seal.to_seq:
            report.found("events", f"the event log ends with event {expected - 1}; {seal.to_seq} was sealed")
        close(seal)
        seal, digest = next(following, None), EventDigest()
    if not report.records and expected > 1:
        report.found("empty", f"the audit log is empty, but the event log holds {expected - 1} events")


def _add(digest: EventDigest, row: Sequence[object]) -> None:
    try:
        digest.add(row)
    except (TypeError, ValueError):
        # What no event can hold (a blob) cannot have been sealed either.
        digest.add(("not an event",))


def _twice(seq: int) -> str:
    return f"event {seq} of the event log is out of its place"
