"""Whatever is done to an audit log that was signed and written off, the checker finds it."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from backend.cli.audit import head_lines
from backend.contracts.audit import AuditHead, SignedHead
from backend.services.audit_check import HeadLine
from backend.services.audit_heads import append_head, signed_head
from backend.services.signing import Signer
from backend.storage.audit import AuditRow, canonical, digest_of, genesis
from tests.system.backend_process import run_backend
from tests.unit.audit_samples import Log, Row, made

MUTATIONS = 10_000
NUMBER, DETAIL, PREVIOUS, DIGEST = 0, 7, 8, 9


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    folder = tmp_path_factory.mktemp("audit")
    return made(f"sqlite:///{folder / 'trucban.sqlite3'}", folder)


def test_a_log_that_nobody_touched_is_good(database_url: str, tmp_path: Path) -> None:
    log = made(database_url, tmp_path)
    report = log.check()
    assert (report.findings, report.records, report.heads) == ([], 1 + 4 * 6, 4)
    assert (report.events_sealed, report.events_unsealed, report.records_after_head) == (8, 0, 0)


# ---- mutations: each changes the log in its own way ----


def _flipped(value: object, chance: random.Random) -> object:
    """One bit of it, as it lies in the file."""
    if isinstance(value, int):
        return value ^ (1 << chance.randrange(48))
    raw = bytearray(str(value or "").encode("utf-8") or b"\0")
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    return raw.decode("utf-8", "surrogateescape")


def _flip_in(rows: list[Row], chance: random.Random) -> None:
    at = chance.randrange(len(rows))
    row = list(rows[at])
    field = chance.randrange(len(row))
    row[field] = _flipped(row[field], chance)
    rows[at] = tuple(row)


def flip_record(log: Log, chance: random.Random) -> None:
    _flip_in(log.rows, chance)


def retype_field(log: Log, chance: random.Random) -> None:
    """The same value to a human eye, of another type: SQLite keeps what it is given."""
    at = chance.randrange(len(log.rows))
    row = list(log.rows[at])
    field = chance.randrange(len(row))
    value = row[field]
    row[field] = float(value) if isinstance(value, int) and chance.random() < 0.5 else _other_type(value)
    log.rows[at] = tuple(row)


def _other_type(value: object) -> object:
    return str(value) if isinstance(value, int) else str(value).encode("utf-8")


def delete_records(log: Log, chance: random.Random) -> None:
    at = chance.randrange(len(log.rows))
    del log.rows[at : at + chance.randint(1, 3)]


def cut_the_end(log: Log, chance: random.Random) -> None:
    del log.rows[chance.randrange(len(log.rows)) :]


def cut_the_end_and_the_events(log: Log, chance: random.Random) -> None:
    cut_the_end(log, chance)
    del log.events[chance.randrange(len(log.events)) :]


def insert_record(log: Log, chance: random.Random) -> None:
    log.rows.insert(chance.randint(0, len(log.rows)), chance.choice(log.rows))


def insert_forged_record(log: Log, chance: random.Random) -> None:
    """Well chained to the one before, and everything behind it numbered anew. Behind the newest head, nothing shows."""
    at = chance.randrange(1, len(log.rows))
    before = AuditRow(*log.rows[at - 1])  # type: ignore[arg-type]
    forged = AuditRow(before.number + 1, before.at_ms, "lan", "", "alert.take", "b-1", "done", "{}", before.digest, "")
    log.rows.insert(at, tuple(forged._replace(digest=digest_of(forged))))
    for index in range(at + 1, len(log.rows)):
        log.rows[index] = (index + 1, *log.rows[index][1:])


def swap_records(log: Log, chance: random.Random) -> None:
    one, other = chance.sample(range(len(log.rows)), 2)
    log.rows[one], log.rows[other] = log.rows[other], log.rows[one]


def swap_records_and_numbers(log: Log, chance: random.Random) -> None:
    swap_records(log, chance)
    log.rows[:] = [(index, *row[1:]) for index, row in enumerate(log.rows, 1)]


def renumber(log: Log, chance: random.Random) -> None:
    at, by = chance.randrange(len(log.rows)), chance.choice((-1, 1, 5))
    log.rows[at:] = [(int(str(row[NUMBER])) + by, *row[1:]) for row in log.rows[at:]]


def _chained_anew(rows: list[Row], at: int) -> None:
    """Every digest from `at` on computed as an honest writer would."""
    for index in range(at, len(rows)):
        previous = rows[index - 1][DIGEST] if index else rows[0][PREVIOUS]
        row = AuditRow(*rows[index])._replace(number=index + 1, previous=str(previous))  # type: ignore[arg-type]
        rows[index] = tuple(row._replace(digest=digest_of(row)))


def change_and_chain_anew(log: Log, chance: random.Random) -> None:
    at = chance.randrange(len(log.rows))
    row = list(log.rows[at])
    row[chance.choice((2, 3, 4, 5, 6))] = "somebody else"
    log.rows[at] = tuple(row)
    _chained_anew(log.rows, at)


def delete_and_chain_anew(log: Log, chance: random.Random) -> None:
    at = chance.randrange(1, len(log.rows))
    del log.rows[at]
    _chained_anew(log.rows, at)


def begin_anew(log: Log, chance: random.Random) -> None:
    """The whole chain under another name, with every link right."""
    name = f"{chance.getrandbits(128):032x}"
    first = list(log.rows[0])
    first[DETAIL], first[PREVIOUS] = canonical({"chain": name}).decode("ascii"), genesis(name)
    log.rows[0] = tuple(first)
    _chained_anew(log.rows, 0)


def flip_event(log: Log, chance: random.Random) -> None:
    _flip_in(log.events, chance)


def delete_event(log: Log, chance: random.Random) -> None:
    del log.events[chance.randrange(len(log.events))]


def cut_events(log: Log, chance: random.Random) -> None:
    del log.events[chance.randrange(len(log.events)) :]


def swap_events(log: Log, chance: random.Random) -> None:
    one, other = chance.sample(range(len(log.events)), 2)
    a, b = log.events[one], log.events[other]
    log.events[one], log.events[other] = (a[0], *b[1:]), (b[0], *a[1:])


def insert_event(log: Log, chance: random.Random) -> None:
    at = chance.randrange(len(log.events) - 1)
    log.events.insert(at, log.events[at])
    if chance.random() < 0.5:
        log.events[:] = [(seq, *row[1:]) for seq, row in enumerate(log.events, 1)]


def flip_head(log: Log, chance: random.Random) -> None:
    at = chance.randrange(len(log.heads))
    raw = bytearray(log.heads[at].line)
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    log.heads[at] = HeadLine(log.heads[at].place, bytes(raw))


def forge_head(log: Log, chance: random.Random) -> None:
    """For a chain computed anew, signed with a key of the forger's own."""
    change_and_chain_anew(log, chance)
    forger = Signer(chance.randbytes(32))
    for at, one in enumerate(log.heads):
        head = SignedHead.model_validate_json(one.line).head
        digest = str(log.rows[head.number - 1][DIGEST])
        signed = signed_head(head.model_copy(update={"digest": digest}), forger)
        log.heads[at] = HeadLine(one.place, canonical(signed.model_dump()))


KINDS: list[Callable[[Log, random.Random], None]] = [
    flip_record,
    retype_field,
    delete_records,
    cut_the_end,
    cut_the_end_and_the_events,
    insert_record,
    insert_forged_record,
    swap_records,
    swap_records_and_numbers,
    renumber,
    change_and_chain_anew,
    delete_and_chain_anew,
    begin_anew,
    flip_event,
    delete_event,
    cut_events,
    swap_events,
    insert_event,
    flip_head,
    forge_head,
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_ten_thousand_changes_are_all_found(log: Log, kind: Callable[[Log, random.Random], None]) -> None:
    for number in range(MUTATIONS // len(KINDS)):
        changed = log.copy()
        kind(changed, random.Random(f"{kind.__name__} {number}"))
        assert repr(changed) != repr(log)  # 1 == 1.0, but it is not what was written
        assert not changed.check().good, (kind.__name__, number)


def test_several_changes_at_once_do_not_hide_each_other(log: Log) -> None:
    chance = random.Random(20_261_123)
    for _ in range(300):
        changed = log.copy()
        for kind in chance.sample([flip_record, delete_records, renumber, flip_event, swap_records, flip_head], 3):
            kind(changed, chance)
        assert not changed.check().good


def test_without_heads_a_cut_end_is_not_found_which_is_why_there_are_heads(log: Log) -> None:
    """The control: the chain alone does not show it, and the report says that there is no head."""
    changed = log.copy()
    changed.heads.clear()
    last_seal = max(index for index, row in enumerate(changed.rows) if row[4] == "log.sealed")
    del changed.rows[last_seal + 1 :]
    report = changed.check()
    assert report.good
    assert report.newest_head is None
    assert report.records_after_head == report.records


def test_records_behind_the_newest_head_are_counted_as_not_covered(log: Log) -> None:
    changed = log.copy()
    changed.heads.pop()
    report = changed.check()
    assert (report.good, report.records_after_head) == (True, 6)


_ANY = st.one_of(st.none(), st.integers(-5, 99), st.floats(), st.text(max_size=3), st.binary(max_size=3))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(*[_ANY] * 10), max_size=4), st.lists(st.binary(max_size=40), max_size=3))
def test_rubbish_is_told_and_never_raises(log: Log, rows: list[Row], heads: list[bytes]) -> None:
    changed = log.copy()
    changed.rows[5:5] = rows
    changed.heads += [HeadLine(f"rubbish:{number}", line) for number, line in enumerate(heads, 1)]
    assert changed.check().good == (not rows and not heads)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=6), min_size=8, max_size=8), st.integers(0, 7), st.integers(1, 5))
def test_no_two_records_are_encoded_alike(fields: list[str], at: int, length: int) -> None:
    """Moving characters from one field to the next changes what is digested."""
    row = AuditRow(1, 2, *fields)
    assert digest_of(row) == hashlib.sha256(canonical([row.previous, *row[:8]])).hexdigest()
    other = list(fields)
    following = (at + 1) % 8
    moved, other[at] = other[at][-length:], other[at][:-length]
    other[following] = moved + other[following]
    changed = AuditRow(1, 2, *other)
    assert (digest_of(row) == digest_of(changed)) == (row[:9] == changed[:9])


# ---- the command ----


def test_the_command_says_good_and_names_what_was_changed_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "trucban.sqlite3"
    made(f"sqlite:///{file}", tmp_path)
    good = run_backend("audit", "verify", "--data", tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("audit: good; 25 records, 4 heads, 8 events sealed, 0 not sealed yet, 0 records")
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE audit SET actor = CAST(X'6C61FF' AS TEXT) WHERE number = 7")
        connection.execute("UPDATE events SET body = replace(body, 'không', 'khong') WHERE seq = 2")
        connection.execute("DELETE FROM audit WHERE number > 22")
    connection.close()
    bad = run_backend("audit", "verify", "--data", tmp_path)
    assert bad.returncode == 1
    lines = bad.stdout.splitlines()
    assert lines[0] == "record 7 was changed: its digest does not hold"
    assert "the audit log ends with record 22, but record 25 was signed" in lines[1]
    assert lines[2] == "events 1 to 2 of the event log are not those that were sealed"
    assert lines[3].startswith("audit: DAMAGED; 22 records")


def test_a_folder_of_heads_elsewhere_shows_what_the_own_one_was_made_to_hide(tmp_path: Path) -> None:
    """Cut the end and the heads of the data folder: only the copy on another machine still knows."""
    file, stick = tmp_path / "data" / "trucban.sqlite3", tmp_path / "stick"
    file.parent.mkdir()
    made(f"sqlite:///{file}", file.parent)
    (file.parent / "heads").rename(stick)
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM audit WHERE number > 13")
        connection.execute("DELETE FROM events WHERE seq > 4")
    connection.close()
    assert run_backend("audit", "verify", "--data", file.parent).returncode == 0
    found = run_backend("audit", "verify", "--data", file.parent, "--heads", stick)
    assert (found.returncode, "its end was cut off" in found.stdout) == (1, True)


def test_a_file_damaged_in_the_middle_and_a_key_of_somebody_else_are_told(tmp_path: Path) -> None:
    file = tmp_path / "trucban.sqlite3"
    made(f"sqlite:///{file}", tmp_path)
    Signer.open(tmp_path / "other")
    other = run_backend("audit", "verify", "--data", tmp_path, "--public-key", tmp_path / "other" / "signing.pub")
    assert (other.returncode, "signed with another key" in other.stdout) == (1, True)
    with sqlite3.connect(file) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audit'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with file.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * 200)
    found = run_backend("audit", "verify", "--data", tmp_path)
    assert found.returncode in (1, 2)
    assert "cannot be read to its end" in found.stdout or "damaged" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "public key"),
        (("--heads", "nowhere"), "there is no folder nowhere"),
        (("--database", "sqlite:///nowhere.sqlite3"), "there is no database"),
        (("--database", "rubbish"), "not one"),
    ],
)
def test_what_is_not_there_is_a_mistake_of_the_caller(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    if arguments:
        Signer.open(tmp_path / "keys")
    told = run_backend("audit", "verify", "--data", tmp_path, *arguments)
    assert (told.returncode, words in told.stderr) == (2, True), told.stderr


def test_the_list_shows_who_did_what_and_can_be_narrowed(tmp_path: Path) -> None:
    made(f"sqlite:///{tmp_path / 'trucban.sqlite3'}", tmp_path)
    everything = run_backend("audit", "list", "--data", tmp_path).stdout.splitlines()
    assert len(everything) == 25
    one = run_backend("audit", "list", "--data", tmp_path, "--about", "b-2-3").stdout.splitlines()
    (line,) = one
    number, at, actor, origin, deed, about, outcome, detail = line.split("\t")
    assert (actor, origin, deed, about, outcome) == ("lan", "10.0.0.7", "alert.acknowledge", "b-2-3", "done")
    assert json.loads(detail)["ghi chú"] == "đã gọi xã"
    later = run_backend("audit", "list", "--data", tmp_path, "--from", at).stdout.splitlines()
    assert later[0] == line
    assert len(later) == 25 - int(number) + 1


def test_a_line_that_a_power_cut_tore_is_told_and_taken_away_by_the_next_head(log: Log, tmp_path: Path) -> None:
    signer = Signer(b"k" * 32)
    head = AuditHead(chain="0" * 64, number=3, digest="1" * 64, events_seq=0, at_ms=1_763_800_000_000)
    append_head(tmp_path, signed_head(head, signer))
    (file,) = tmp_path.iterdir()
    with file.open("ab") as raw:
        raw.write(b'{"head":{"at_ms":17638')
    lines = list(head_lines(tmp_path))
    assert (
        Log([], [], lines, [signer.public_key])
        .check()
        .findings[0]
        .endswith(":2: no head of an audit log can be read there")
    )
    append_head(tmp_path, signed_head(head.model_copy(update={"number": 4}), signer))
    assert [SignedHead.model_validate_json(one.line).head.number for one in head_lines(tmp_path)] == [3, 4]


@pytest.mark.postgres
def test_the_command_reads_postgresql(postgres_url: str, tmp_path: Path) -> None:
    made(postgres_url, tmp_path)
    arguments = ("audit", "verify", "--data", tmp_path, "--database", postgres_url)
    assert run_backend(*arguments).returncode == 0
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit SET actor = 'minh' WHERE number = 7"))
    engine.dispose()
    found = run_backend(*arguments)
    assert (found.returncode, found.stdout.splitlines()[0]) == (1, "record 7 was changed: its digest does not hold")
