"""The wire of Asterisk's manager interface: whatever comes, however it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.sources.ami_protocol import MAX_LINE_BYTES, MAX_MESSAGE_BYTES, AmiMessage, AmiReader, Garbled, written

WORD = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029:"), max_size=20)
VALUE = WORD.map(str.strip)
FIELDS = st.dictionaries(st.sampled_from(["Event", "Uniqueid", "Queue", "CallerIDName"]), VALUE, min_size=1).map(
    lambda fields: {"Event": "x", **fields}
)


def read(data: bytes, cuts: list[int]) -> list[AmiMessage | Garbled]:
    reader, found, begin = AmiReader(), [], 0
    for end in (*sorted(cut % (len(data) + 1) for cut in cuts), len(data)):
        found += reader.feed(data[begin:end])
        begin = end
    return found


@given(st.lists(FIELDS, max_size=5), st.lists(st.integers(0, 10**6), max_size=10))
def test_messages_are_read_as_they_were_written_wherever_they_are_cut(
    messages: list[dict[str, str]], cuts: list[int]
) -> None:
    data = b"Asterisk Call Manager/9.0.0\r\n" + b"".join(map(written, messages))
    found = read(data, cuts)
    assert [dict(one.fields) for one in found if isinstance(one, AmiMessage)] == [
        {key.lower(): value for key, value in one.items()} for one in messages
    ]
    assert len(found) == len(messages)


@given(st.lists(st.sampled_from([b"\r\n", b"\n", b"Event: a", b":", b"\xff\x00", b"y" * 9000]), max_size=60))
def test_whatever_comes_the_next_whole_message_is_read_and_no_room_is_taken(pieces: list[bytes]) -> None:
    reader = AmiReader(greeting="")
    for piece in pieces:
        reader.feed(piece)
        assert len(reader._rest) <= MAX_LINE_BYTES
        assert sum(map(len, reader._lines)) <= MAX_MESSAGE_BYTES + MAX_LINE_BYTES
    *_, last = reader.feed(b"\r\n\r\n" + written({"Event": "Hangup", "Uniqueid": "1.1"}))
    assert isinstance(last, AmiMessage)
    assert (last.event, last.get("uniqueid")) == ("Hangup", "1.1")


def test_a_message_of_many_lines_is_refused_and_the_next_one_read() -> None:
    reader = AmiReader(greeting="")
    found = reader.feed(b"Event: VarSet\r\n" + b"Variable: " + b"x" * 900 + b"\r\n")
    for _ in range(200):
        found += reader.feed(b"Variable: " + b"x" * 900 + b"\r\n")
    found += reader.feed(b"\r\nEvent: Hangup\r\n\r\n")
    spoilt, whole = found
    assert isinstance(spoilt, Garbled)
    assert str(MAX_MESSAGE_BYTES) in spoilt.reason
    assert isinstance(whole, AmiMessage)
    assert whole.event == "Hangup"
