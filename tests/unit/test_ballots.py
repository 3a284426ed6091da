"""Secret votes: what was handed out cannot be joined to what was cast, and nothing that was not handed out counts."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from math import gcd
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from backend.contracts import meeting_commands as cmd
from backend.contracts.ballots import (
    EXPONENT,
    SERIAL_BYTES,
    Ballot,
    blinded,
    digest,
    fits,
    is_genuine,
    signed,
    unblinded,
)
from backend.contracts.meetings import BallotKey
from backend.domain.alerts import Refusal
from backend.domain.meetings import Ballots
from tests.unit.meeting_samples import CHAIR, MEMBER, OTHER, MeetingRoom, close_vote, one_id, open_vote

PRIVATE = rsa.generate_private_key(public_exponent=EXPONENT, key_size=1024).private_numbers()
KEY = BallotKey(modulus=f"{PRIVATE.public_numbers.n:x}", exponent=f"{EXPONENT:x}")
MODULUS = PRIVATE.public_numbers.n


class Seat:
    """One voter's part: his random numbers never leave it."""

    def __init__(self) -> None:
        self.serial = secrets.token_hex(SERIAL_BYTES)
        self.blinding = next(one for one in iter(lambda: secrets.randbelow(MODULUS), None) if fits(one, MODULUS))
        self.blinded = blinded("m1", "v1", self.serial, self.blinding, KEY)

    def ballot(self, signature: str, option_id: str) -> Ballot:
        genuine = unblinded(signature, self.blinding, KEY)
        return Ballot(meeting_id="m1", vote_id="v1", serial=self.serial, option_id=option_id, signature=genuine)


def test_what_the_room_signed_blindly_is_genuine_and_nothing_else_is() -> None:
    seat = Seat()
    ballot = seat.ballot(signed(seat.blinded, KEY, PRIVATE.d), "co")
    assert is_genuine(ballot, KEY)
    for change in ({"serial": "0" * 64}, {"vote_id": "v2"}, {"meeting_id": "m2"}, {"signature": "1"}):
        assert not is_genuine(ballot.model_copy(update=change), KEY)


@pytest.mark.parametrize("number", ["0", "1", f"{MODULUS - 1:x}", f"{MODULUS:x}"])
def test_numbers_that_would_give_the_key_away_are_not_signed(number: str) -> None:
    with pytest.raises(ValueError, match="between 1 and the modulus"):
        signed(number, KEY, PRIVATE.d)


def test_the_record_fits_every_assignment_of_voters_to_ballots_alike() -> None:
    """Everything the room ever had, its private key included: for each pair of a ballot that was handed out and one
    that was cast there is a blinding number that makes them the same. So no pair is likelier than another."""
    seats = [Seat() for _ in range(6)]
    handed = [(int(seat.blinded, 16), int(signed(seat.blinded, KEY, PRIVATE.d), 16)) for seat in seats]
    cast = [seat.ballot(f"{signature:x}", "co") for seat, (_, signature) in zip(seats, handed, strict=True)]
    for blinded_number, blind_signature in handed:
        for ballot in cast:
            number = digest("m1", "v1", ballot.serial, MODULUS)
            assert gcd(number, MODULUS) == 1
            blinding = pow(blinded_number * pow(number, -1, MODULUS), PRIVATE.d, MODULUS)
            assert fits(blinding, MODULUS)
            assert int(blinded("m1", "v1", ballot.serial, blinding, KEY), 16) == blinded_number
            assert int(unblinded(f"{blind_signature:x}", blinding, KEY), 16) == int(ballot.signature, 16)


def take(participant_id: str, blinded_number: str) -> cmd.TakeBallot:
    return cmd.TakeBallot(
        command_id=one_id(), meeting_id="m1", vote_id="v1", participant_id=participant_id, blinded=blinded_number
    )


def test_everybody_gets_one_ballot_for_himself_and_the_log_has_no_choice() -> None:
    room = MeetingRoom().begun()
    hand = Ballots(sign=lambda number: signed(number, KEY, PRIVATE.d))
    room.done(open_vote("secret"), CHAIR, Ballots(key=KEY))
    seats = {person: Seat() for person in ("chu-tri", "so-nn", "csgt")}
    for (person, seat), user in zip(seats.items(), (CHAIR, MEMBER, OTHER), strict=True):
        room.done(take(person, seat.blinded), user, hand)
    second = room.ask(take("so-nn", Seat().blinded), MEMBER, hand)
    assert isinstance(second, Refusal)
    assert "nobody votes twice" in second.reason
    other = room.ask(take("csgt", Seat().blinded), CHAIR, hand)
    assert isinstance(other, Refusal)
    cast = {seat.serial: "co" for seat in list(seats.values())[:2]}
    room.done(close_vote(), CHAIR, Ballots(cast=cast))
    vote = room.meeting.votes[0]
    assert vote.result is not None
    assert (vote.result.counts, vote.result.carried) == ({"co": 2, "khong": 0, "trang": 0}, True)
    assert vote.ballots == {}
    assert [serial for serial, _ in vote.result.serials] == sorted(cast)
    before_the_end = "".join(event.model_dump_json() for event in room.events[:-1])
    assert not any(seat.serial in before_the_end for seat in seats.values())


def test_the_tables_of_secret_votes_have_no_name_no_time_and_no_order(tmp_path: Path) -> None:
    """What the room keeps of a ballot is its number and its option, in the order of the numbers."""
    from backend.storage.ballots import BallotStore
    from backend.storage.database import open_database

    async def keep() -> None:
        database = open_database(f"sqlite:///{(tmp_path / 'x.sqlite3').as_posix()}")
        try:
            store = BallotStore(database)
            for number in (9, 1, 5):
                assert await store.put(("m1", "v1"), f"{number:064x}", "co") == "co"
            assert await store.put(("m1", "v1"), f"{9:064x}", "khong") == "co"
        finally:
            await database.close()

    asyncio.run(keep())
    with sqlite3.connect(tmp_path / "x.sqlite3") as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(ballots)")]
        assert columns == ["meeting_id", "vote_id", "serial", "option_id"]
        assert [row[0] for row in connection.execute("SELECT serial FROM ballots")] == [f"{n:064x}" for n in (1, 5, 9)]
        with pytest.raises(sqlite3.OperationalError, match="rowid"):
            connection.execute("SELECT rowid FROM ballots")
