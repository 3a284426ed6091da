"""This seat's part in secret votes: it takes its ballot by itself when the vote opens, and casts it without a name.

What only the seat knows (serial number and blinding number, `backend.contracts.ballots`) is on this desk's disk before
the blinded number goes out, and the choice before the ballot does: a desk that ends in between sends the same ballot
again and is counted once. All of it is forgotten when the vote is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Final, Literal, Protocol

from pydantic import Field, TypeAdapter, ValidationError
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from backend.contracts.ballots import Ballot, Serial, blinded, drawn, unblinded
from backend.contracts.base import Wire
from backend.contracts.meeting_commands import TakeBallot
from backend.contracts.meetings import BallotKey, Meeting, Participant, Vote
from backend.contracts.state import Delta
from console.commands.commands import Pending, new_id
from console.link.doors import CastOutcome
from console.models.meetings import mine
from console.models.session import Session
from console.timebase import monotonic_s

translate = QCoreApplication.translate

PREFERENCE: Final = "secret_ballots"
RETRY_MS: Final = 1000
TAKE_AGAIN_S: Final = 3.0
"""So long after a ballot was asked for in vain it is asked for again."""

Standing = Literal["none", "waiting", "ready", "sending", "cast", "elsewhere", "late", "refused", "counted", "missing"]
"""none: no vote of this seat; waiting: the room has not handed it out; ready: a choice may be made; sending: chosen,
not answered yet; cast: in the box; elsewhere: another desk of this account has the ballot; late, refused: it does not
count; counted, missing: the vote is closed and this ballot is, or is not, among those that were counted."""


def ballot_words(standing: Standing) -> str:
    """Where this seat's ballot of a secret vote stands; "" when there is nothing to say."""
    return {
        "none": "",
        "waiting": translate("Meetings", "your ballot is being fetched…"),
        "ready": translate("Meetings", "your ballot is here: choose once, it cannot be changed"),
        "sending": translate("Meetings", "your ballot is being sent…"),
        "cast": translate("Meetings", "your ballot is in the box"),
        "elsewhere": translate("Meetings", "your ballot is at another desk of yours"),
        "late": translate("Meetings", "your ballot came too late"),
        "refused": translate("Meetings", "your ballot does not count"),
        "counted": translate("Meetings", "your ballot is among those counted"),
        "missing": translate("Meetings", "YOUR BALLOT IS NOT AMONG THOSE COUNTED"),
    }[standing]


class BallotBox(Protocol):
    def cast(self, ballot: Ballot, done: Callable[[CastOutcome], None], failed: Callable[[str], None]) -> None:
        """Without a name; `failed`: nobody knows, the same one is to be sent again."""
        ...


class KeptBallot(Wire):
    """One ballot as it lies on this desk's disk. `option_id` "" = nothing chosen, or it was answered."""

    serial: Serial
    blinding: Annotated[str, Field(pattern=r"^[0-9a-f]{1,1024}$")]
    option_id: str = ""
    end: Literal["", "cast", "late", "refused"] = ""


_KEPT: Final = TypeAdapter(dict[str, KeptBallot])


class SecretBallots(QObject):
    """Of the live room only.

    Signals:
        changed: a ballot stands elsewhere now.
    """

    changed = Signal()

    def __init__(self, session: Session, box: BallotBox, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._box = session, box
        self._asked_s: dict[str, float] = {}
        """When a ballot was asked for last."""
        self._taking: dict[str, Pending] = {}
        self._sending: set[str] = set()
        self._stored: set[str] = set()
        """Ballots that are on the disk as they are here."""
        self._storing: set[str] = set()
        self._voted: dict[str, str] = {}
        """Serial number of every ballot that somebody chose on, to be looked for in the result."""
        self.reasons: dict[str, str] = {}
        """Why a ballot is not handed out, kept or counted; a sentence for a person."""
        self._timer = QTimer(self, interval=RETRY_MS)
        self._timer.timeout.connect(self._look)
        session.changed.connect(self._room_changed)
        session.operator_changed.connect(self._look)
        session.preferences.replaced.connect(self._values_replaced)

    # -- for the panel -----------------------------------------------------------------------------------------------

    def standing(self, meeting: Meeting, vote: Vote) -> Standing:
        """Where this seat's ballot of a secret vote stands."""
        me = self._voter(meeting)
        if vote.form != "secret" or me is None:
            return "none"
        key = _name(meeting, vote, me)
        if vote.result is not None:
            serial = self._voted.get(key)
            if serial is None:
                return "none"
            return "counted" if serial in dict(vote.result.serials) else "missing"
        if self._session.preferences.is_loading:
            return "waiting"
        kept = self._kept().get(key)
        if kept is not None and kept.end:
            return kept.end
        handed = vote.handed.get(me.participant_id)
        if handed is None or vote.key is None:
            return "waiting"
        if kept is None or self._blinded(meeting, vote, kept, vote.key) != handed.blinded:
            return "elsewhere"
        return "sending" if kept.option_id else "ready"

    def reason(self, meeting: Meeting, vote: Vote) -> str:
        me = self._voter(meeting)
        return self.reasons.get(_name(meeting, vote, me), "") if me is not None else ""

    def choose(self, meeting: Meeting, vote: Vote, option_id: str) -> None:
        """Cast it: once; a secret vote cannot be changed. Shown as cast only when the room answered."""
        me = self._voter(meeting)
        if me is None or vote.option(option_id) is None or self.standing(meeting, vote) != "ready":
            return
        key = _name(meeting, vote, me)
        kept = self._kept()[key].model_copy(update={"option_id": option_id})
        self._stored.discard(key)
        self._keep(key, kept)
        if not self._timer.isActive():
            self._timer.start()
        self.changed.emit()

    # -- the room goes on --------------------------------------------------------------------------------------------

    def _room_changed(self, delta: Delta) -> None:
        if delta.reset or delta.meetings:
            self._look()

    def _values_replaced(self) -> None:
        """What was read from the disk is on it."""
        self._stored = set(self._kept())
        self._look()
        self.changed.emit()

    @property
    def _user(self) -> str:
        operator = self._session.operator
        return operator.user if operator is not None else ""

    def _voter(self, meeting: Meeting) -> Participant | None:
        """For whom this seat votes: one person, as everywhere at the seat."""
        me = mine(meeting, self._user)
        return me if me is not None and me.has_vote else None

    def _open(self) -> Iterator[tuple[Meeting, Vote, Participant]]:
        for meeting in self._session.state.meetings.values():
            vote, me = meeting.open_vote, self._voter(meeting)
            if meeting.is_on and vote is not None and vote.form == "secret" and vote.key is not None and me is not None:
                yield meeting, vote, me

    def _look(self) -> None:
        """Do what is due: take, cast, forget; once more in a while until nothing is."""
        # What this seat has may stand in the file that is being read; `replaced` calls again.
        if self._session.preferences.is_loading:
            return
        due = [self._go_on(meeting, vote, me) for meeting, vote, me in self._open()]
        self._forget()
        if any(due) != self._timer.isActive():
            (self._timer.start if any(due) else self._timer.stop)()

    def _go_on(self, meeting: Meeting, vote: Vote, me: Participant) -> bool:
        """Whether something is still to be done here."""
        key = _name(meeting, vote, me)
        kept, assigned = self._kept().get(key), vote.handed.get(me.participant_id)
        assert vote.key is not None
        if assigned is None:
            if meeting.presence(me.participant_id) != "present":
                return False
            if kept is None:
                serial, blinding = drawn(vote.key)
                kept = KeptBallot(serial=serial, blinding=f"{blinding:x}")
            if key in self._stored:
                self._take(meeting, vote, me, kept, key)
            elif key not in self._storing:
                self._keep(key, kept)
            return True
        if kept is None or not kept.option_id or kept.end:
            return False
        if self._blinded(meeting, vote, kept, vote.key) != assigned.blinded:
            return False
        self._voted[key] = kept.serial
        if key not in self._stored:
            if key not in self._storing:
                self._keep(key, kept)
        elif key not in self._sending:
            self._send(meeting, vote, kept, unblinded(assigned.signature, int(kept.blinding, 16), vote.key), key)
        return True

    def _take(self, meeting: Meeting, vote: Vote, me: Participant, kept: KeptBallot, key: str) -> None:
        before, now_s = self._taking.get(key), monotonic_s()
        if (before is not None and before.waiting) or now_s - self._asked_s.get(key, -TAKE_AGAIN_S) < TAKE_AGAIN_S:
            return
        if before is not None and before.failed:
            self.reasons[key] = before.reason
            self.changed.emit()
        assert vote.key is not None
        self._asked_s[key] = now_s
        self._taking[key] = self._session.commands.submit_room(
            TakeBallot(
                command_id=new_id(),
                meeting_id=meeting.meeting_id,
                vote_id=vote.vote_id,
                participant_id=me.participant_id,
                blinded=self._blinded(meeting, vote, kept, vote.key),
            )
        )

    def _send(self, meeting: Meeting, vote: Vote, kept: KeptBallot, signature: str, key: str) -> None:
        self._sending.add(key)
        ballot = Ballot(
            meeting_id=meeting.meeting_id,
            vote_id=vote.vote_id,
            serial=kept.serial,
            option_id=kept.option_id,
            signature=signature,
        )
        user = self._user
        self._box.cast(
            ballot, lambda outcome: self._answered(key, user, kept, outcome), lambda why: self._unsure(key, why)
        )

    def _answered(self, key: str, user: str, kept: KeptBallot, outcome: CastOutcome) -> None:
        self._sending.discard(key)
        if user != self._user or self._session.preferences.is_loading:
            return  # somebody else sits here: it is nothing for his file; who voted is answered again when he is back
        counted = outcome.kind == "counted"
        self.reasons[key] = outcome.reason
        # What was voted for is nobody's business any more, this desk's disk included.
        self._keep(key, kept.model_copy(update={"option_id": "", "end": "cast" if counted else outcome.kind}))
        self.changed.emit()

    def _unsure(self, key: str, why: str) -> None:
        """The same one goes out again with the next turn of the timer."""
        self._sending.discard(key)
        self.reasons[key] = why
        self.changed.emit()

    # -- what lies on the disk ---------------------------------------------------------------------------------------

    def _kept(self) -> dict[str, KeptBallot]:
        try:
            return _KEPT.validate_python(self._session.preferences.get(PREFERENCE, {}), strict=True)
        except ValidationError:
            return {}

    def _keep(self, key: str, kept: KeptBallot) -> None:
        """On the disk first; what comes after it is done by the next look."""
        if kept.option_id:
            self._voted[key] = kept.serial
        self._storing.add(key)
        self._write({**self._kept(), key: kept}, key)

    def _write(self, ballots: dict[str, KeptBallot], key: str = "") -> None:
        """`key`: which of them is new; "" = some went."""

        def stored() -> None:
            self._storing.discard(key)
            if self._kept().get(key) == ballots.get(key):
                self._stored.add(key)
            self._look()
            self.changed.emit()

        def failed(why: str) -> None:
            self._storing.discard(key)
            self.reasons[key] = why
            self.changed.emit()

        values = {name: one.model_dump(mode="json") for name, one in ballots.items()}
        self._session.preferences.set_durably(PREFERENCE, values, stored if key else _nothing, failed)

    def _forget(self) -> None:
        """Ballots of votes that are closed."""
        kept = self._kept()
        over = {
            f"{meeting.meeting_id}/{vote.vote_id}"
            for meeting in self._session.state.meetings.values()
            for vote in meeting.votes
            if not vote.is_open or meeting.is_over
        }
        left = {key: one for key, one in kept.items() if key.rpartition("/")[0] not in over}
        if left == kept:
            return
        # A desk that was off when the vote was closed still tells whether its ballot was counted.
        for key in kept.keys() - left.keys():
            if kept[key].option_id or kept[key].end:
                self._voted.setdefault(key, kept[key].serial)
        self._stored &= set(left)
        self._write(left)

    @staticmethod
    def _blinded(meeting: Meeting, vote: Vote, kept: KeptBallot, key: BallotKey) -> str:
        return blinded(meeting.meeting_id, vote.vote_id, kept.serial, int(kept.blinding, 16), key)


def _name(meeting: Meeting, vote: Vote, me: Participant) -> str:
    return f"{meeting.meeting_id}/{vote.vote_id}/{me.participant_id}"


def _nothing() -> None:
    pass
