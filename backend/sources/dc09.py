"""ANSI/SIA DC-09-2021, the receiver's half: frames out of bytes, messages out of frames, and what is answered. Pure.

A frame is `LF CRC 0LLL "id"SSSS[Rr]Ll#account[data][xdata]_HH:MM:SS,MM-DD-YYYY CR`. CRC and length are hexadecimal
digits and cover everything from the first quote to the last character before CR. With a star before the id
everything behind the first `[` is encrypted: AES-CBC, initial vector 0, as hexadecimal digits; decrypted it is
`padding|data][xdata]_timestamp`. The CRC is CRC-16/ARC.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal

from Crypto.Cipher import AES

MAX_FRAME_BYTES: Final = 4_096 + 10
"""The length is written 0LLL: no body is longer than 4,095 characters."""

IdToken = Literal["SIA-DCS", "ADM-CID", "NULL"]
AnswerToken = Literal["ACK", "DUH", "NAK"]

_LF: Final = 0x0A
_CR: Final = 0x0D
_HEAD: Final = re.compile(
    r'"(?P<star>\*?)(?P<token>[A-Z0-9-]{2,12})"(?P<sequence>[0-9]{4})(?P<receiver>R[0-9A-Fa-f]{1,6})?'
    r"(?P<line>L[0-9A-Fa-f]{1,6})(?:#(?P<account>[0-9A-Za-z]{3,16}))?\["
)
_TIMESTAMP: Final = re.compile(r"_(\d{2}:\d{2}:\d{2},\d{2}-\d{2}-\d{4})$")
_BLOCK: Final = AES.block_size


@dataclass(frozen=True, slots=True)
class Answer:
    """What the panel is told, as bytes; `token` for those who count."""

    token: AnswerToken
    frame: bytes


class Dc09Error(ValueError):
    """A frame that cannot be used; the message says why. `answer` None = the panel is told nothing and sends again."""

    def __init__(self, reason: str, answer: Answer | None = None, account: str = "") -> None:
        super().__init__(reason)
        self.answer = answer
        self.account = account


@dataclass(frozen=True, slots=True)
class PanelKey:
    """How an account's messages are checked.

    Attributes:
        key: AES key of 16, 24 or 32 bytes; b"" = the account does not encrypt. One that has a key must use it.
        late_s, early_s: how far a timestamp may lie behind and ahead of our clock; None = it is not looked at.
        check_plain_time: the standard judges the timestamp of encrypted messages only; True judges every one.
    """

    key: bytes = b""
    late_s: float | None = 40.0
    early_s: float | None = 20.0
    check_plain_time: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A checked message.

    Attributes:
        account: as written, in capitals.
        data: between the first brackets; xdata the brackets behind, without them.
        at_ms: the panel's own timestamp, None when it sent none.
    """

    token: IdToken
    sequence: str
    receiver: str
    line: str
    account: str
    encrypted: bool
    data: str
    xdata: tuple[str, ...]
    at_ms: int | None


class Framer:
    """Cuts one connection's bytes into frames. `feed` keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self._rest = bytearray()

    @property
    def unfinished(self) -> bool:
        return bool(self._rest)

    def feed(self, chunk: bytes) -> list[bytes]:
        """Every frame that `chunk` completes, from its LF (or whatever stands in its place) to before its CR.

        What grows beyond MAX_FRAME_BYTES without a CR is handed out as a frame of its own, which no reader takes.
        """
        self._rest += chunk
        frames: list[bytes] = []
        while (end := self._rest.find(_CR)) >= 0:
            frames.append(bytes(self._rest[:end]))
            del self._rest[: end + 1]
        if len(self._rest) > MAX_FRAME_BYTES:
            frames.append(bytes(self._rest))
            self._rest.clear()
        # Blank lines between messages are habit, not rubbish: some panels send CR LF.
        return [frame for frame in frames if frame.strip()]


def crc16(body: bytes) -> int:
    """CRC-16/ARC: polynomial 0x8005 reflected, initial value 0."""
    crc = 0
    for byte in body:
        crc = (crc >> 8) ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def _crc_row(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


_CRC_TABLE: Final = tuple(_crc_row(value) for value in range(256))


def framed(body: bytes) -> bytes:
    """LF, CRC, length, `body`, CR."""
    return b"\n%04X%04X%b\r" % (crc16(body), len(body), body)


def read_message(frame: bytes, keys: Mapping[str, PanelKey], now_ms: int) -> Message:
    """The message of a frame (without its CR).

    Raises:
        Dc09Error: it cannot be used; its `answer` is what the standard wants the panel to be told.
    """
    body = _checked_body(frame)
    text = body.decode("latin-1")
    head = _HEAD.match(text)
    if head is None:
        raise Dc09Error("no message of DC-09: it must begin with \"id\", a sequence of 4 digits, the line and '['")
    echo = _Echo(head["sequence"], head["receiver"] or "", head["line"], head["account"] or "")
    token = head["token"]
    if token not in ("SIA-DCS", "ADM-CID", "NULL"):
        raise Dc09Error(f"id token {token!r}; SIA-DCS, ADM-CID and NULL are read", echo.duh(), echo.account.upper())
    account = echo.account.upper()
    panel = keys.get(account)
    if panel is None:
        raise Dc09Error(f"unknown account {account!r}; fire_sites.toml names no such panel", echo.duh(), account)
    encrypted = bool(head["star"])
    if encrypted != bool(panel.key):
        wanted = "must be encrypted" if panel.key else "comes encrypted, but the site has no key for it"
        raise Dc09Error(f"the message of account {account} {wanted}", echo.duh(), account)
    rest = text[head.end() :]
    if encrypted:
        rest = _decrypted(rest, panel.key, echo)
    data, xdata, at_ms = _contents(rest, encrypted, echo)
    _check_time(at_ms, encrypted, panel, now_ms, account)
    return Message(
        token=token,  # type: ignore[arg-type]  # one of the three, looked at above
        sequence=echo.sequence,
        receiver=echo.receiver,
        line=echo.line,
        account=account,
        encrypted=encrypted,
        data=data,
        xdata=xdata,
        at_ms=at_ms,
    )


def answer_to(message: Message, token: Literal["ACK", "DUH"], key: bytes, now_ms: int) -> Answer:
    """ACK, encrypted when the message was, or DUH, which never is."""
    echo = _Echo(message.sequence, message.receiver, message.line, message.account)
    if token == "DUH":
        return echo.duh()
    if not message.encrypted:
        return Answer("ACK", framed(f'"ACK"{echo.text}[]'.encode("ascii")))
    sealed = encrypt(f"]{stamp(now_ms)}", key)
    return Answer("ACK", framed(f'"*ACK"{echo.text}[{sealed}'.encode("ascii")))


def stamp(at_ms: int) -> str:
    """`_HH:MM:SS,MM-DD-YYYY`, GMT, as the standard wants it."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("_%H:%M:%S,%m-%d-%Y")


def encrypt(content: str, key: bytes) -> str:
    """`padding|content` as hexadecimal digits; the padding is random, so that the same content never looks alike."""
    missing = -(len(content.encode("latin-1")) + 1) % _BLOCK
    # A whole block more: the first block must not be guessable, the initial vector is always 0.
    padding = "".join(secrets.choice(_PAD_LETTERS) for _ in range(missing + _BLOCK))
    clear = f"{padding}|{content}".encode("latin-1")
    return AES.new(key, AES.MODE_CBC, iv=bytes(_BLOCK)).encrypt(clear).hex().upper()


_PAD_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True)
class _Echo:
    """The part of a message that every answer repeats."""

    sequence: str
    receiver: str
    line: str
    account: str

    @property
    def text(self) -> str:
        return f"{self.sequence}{self.receiver}{self.line}#{self.account}"

    def duh(self) -> Answer:
        return Answer("DUH", framed(f'"DUH"{self.text}[]'.encode("ascii")))


def _nak(now_ms: int) -> Answer:
    # With our time in it: the panel sets its clock by it and sends again.
    return Answer("NAK", framed(f'"NAK"0000R0L0A0[]{stamp(now_ms)}'.encode("ascii")))


def _checked_body(frame: bytes) -> bytes:
    """What CRC and length cover. A frame that was damaged on its way is not answered: the panel sends it again."""
    start = frame.rfind(b"\n") + 1
    line = frame[start:]
    if len(line) > MAX_FRAME_BYTES:
        raise Dc09Error(f"more than {MAX_FRAME_BYTES} bytes without CR")
    try:
        crc, length = int(line[:4], 16), int(line[4:8], 16)
    except ValueError:
        raise Dc09Error("no CRC and length of four hexadecimal digits each after LF") from None
    body = line[8:]
    if len(body) != length:
        raise Dc09Error(f"the length says {length} characters, {len(body)} came")
    if crc16(body) != crc:
        raise Dc09Error(f"the CRC says {crc:04X}, the message has {crc16(body):04X}")
    return body


def _decrypted(digits: str, key: bytes, echo: _Echo) -> str:
    """What stands behind the first bracket, in clear, without its padding."""
    try:
        sealed = bytes.fromhex(digits)
    except ValueError:
        raise Dc09Error("the encrypted part is not hexadecimal digits", echo.duh(), echo.account.upper()) from None
    if not sealed or len(sealed) % _BLOCK:
        reason = f"the encrypted part has {len(sealed)} bytes, not a multiple of {_BLOCK}"
        raise Dc09Error(reason, echo.duh(), echo.account.upper())
    clear = AES.new(key, AES.MODE_CBC, iv=bytes(_BLOCK)).decrypt(sealed).decode("latin-1")
    padding, bar, content = clear.partition("|")
    if not bar or "[" in padding or "]" in padding or _TIMESTAMP.search(content) is None:
        # A wrong key gives noise; a message of the standard always ends in its timestamp.
        raise Dc09Error("it does not decrypt to a message: is the key right?", echo.duh(), echo.account.upper())
    return content


def _contents(rest: str, encrypted: bool, echo: _Echo) -> tuple[str, tuple[str, ...], int | None]:
    stamped = _TIMESTAMP.search(rest)
    at_ms = None
    if stamped is not None:
        rest = rest[: stamped.start()]
        at_ms = _epoch_ms(stamped[1])
        if at_ms is None:
            raise Dc09Error(f"timestamp {stamped[1]!r} is no instant", echo.duh(), echo.account.upper())
    data, bracket, behind = rest.partition("]")
    if not bracket or "[" in data:
        raise Dc09Error("the data is not closed by ']'", echo.duh(), echo.account.upper())
    xdata = re.findall(r"\[([^\[\]]*)\]", behind)
    if "".join(f"[{item}]" for item in xdata) != behind:
        raise Dc09Error("what follows the data is neither [extended data] nor a timestamp", echo.duh(), echo.account)
    return data.removeprefix("|") if not encrypted else data, tuple(xdata), at_ms


def _epoch_ms(text: str) -> int | None:
    try:
        at = datetime.strptime(text, "%H:%M:%S,%m-%d-%Y").replace(tzinfo=UTC)
        at_ms = int(at.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
    return at_ms if at_ms >= 0 else None


def _check_time(at_ms: int | None, encrypted: bool, panel: PanelKey, now_ms: int, account: str) -> None:
    if at_ms is None or panel.late_s is None or panel.early_s is None or not (encrypted or panel.check_plain_time):
        return
    ahead_s = (at_ms - now_ms) / 1000
    # A stamp has whole seconds: half of one is nobody's fault.
    if not -panel.late_s - 1 < ahead_s < panel.early_s + 1:
        side = "ahead of" if ahead_s > 0 else "behind"
        reason = (
            f"the panel's clock is {abs(ahead_s):.0f} s {side} ours; allowed: +{panel.early_s:g}/-{panel.late_s:g} s"
        )
        raise Dc09Error(reason, _nak(now_ms), account)
