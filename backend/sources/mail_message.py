"""A mail as a citizen's message: who wrote, what, with which pictures; and what no person wrote. Pure.

RFC 5322 and 2045-2047 as far as people's programs follow them; RFC 3834 for what answers by itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr
from typing import Final

from backend.contracts.report_doors import Identity
from backend.contracts.report_events import TEXT_MOST
from backend.sources.mail_charset import decoded
from backend.sources.news_item import without_markup
from backend.sources.text import paragraphs, plain, shown

HEADER_BYTES: Final = 131_072
LINES_MOST: Final = 600_000
PARTS_MOST: Final = 200
INSIDE_MOST: Final = 20
"""Mails in mails and bundles in bundles: each one makes every line below it dearer to read."""

FILES_MOST: Final = 10
HTML_MOST: Final = 400_000
HEADER_CHARS: Final = 2000
DECORATION_BYTES: Final = 8192
"""A smaller picture inside the text is a logo or a face of the signature."""

_BUNDLE: Final = re.compile(rb"multipart/|message/rfc822", re.IGNORECASE)
_BOUNDARY: Final = re.compile(rb"^--", re.MULTILINE)
_ADDRESS: Final = re.compile(r"^[^\s@<>\"]{1,64}@[A-Za-z0-9.-]{1,253}$")
_WRITTEN_ADDRESS: Final = re.compile(rb"[^\s@<>\":;,]{1,64}@[A-Za-z0-9.-]{1,253}")
_PICTURES: Final = (".jpg", ".jpeg", ".png", ".webp", ".mp4", ".mov", ".webm", ".heic")
_WRITTEN_BY_NOBODY: Final = ("mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply")


class MailError(ValueError):
    """It cannot be taken; the message says what is wrong, where, and what would be right."""


@dataclass(frozen=True, slots=True)
class MailFile:
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail.

    Attributes:
        message_id: its own, or a digest of it where it has none.
        sender: the address it says it comes from, in small letters.
        files: pictures and films, by what they are called; what they are is looked at elsewhere.
        remarks: for the room: what came along and is not taken.
        automatic: why no person wrote it; "" = somebody did.
    """

    message_id: str
    sender: str
    who: Identity
    subject: str
    text: str
    files: tuple[MailFile, ...]
    remarks: tuple[str, ...]
    automatic: str


def read_mail(body: bytes) -> Mail:
    """Raises: MailError."""
    _look_before(body)
    try:
        return _mail(message_from_bytes(body, policy=policy.compat32), body)
    except MailError:
        raise
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError) as error:
        # The library's reader is for well-meant mails: what it stumbles over is named, and kept for a person.
        raise MailError(f"the mail cannot be read: {type(error).__name__}") from error


def without_addresses(body: bytes) -> bytes:
    """The mail as it may be kept: nobody is named by his address."""
    return _WRITTEN_ADDRESS.sub(b"xxx@xxx", body)


def _look_before(body: bytes) -> None:
    """Raises: MailError: to read it would take long."""
    head = min((at for at in (body.find(b"\n\n"), body.find(b"\r\n\r\n")) if at >= 0), default=len(body))
    if head > HEADER_BYTES:
        raise MailError(f"header: it has {head} bytes; right is at most {HEADER_BYTES}")
    if body.count(b"\n") > LINES_MOST:
        raise MailError(f"body: it has more than {LINES_MOST} lines")
    bundles = len(_BUNDLE.findall(body))
    if bundles > INSIDE_MOST:
        raise MailError(f"body: {bundles} parts hold parts; right are at most {INSIDE_MOST}")
    # Each part has one such line; a text may have some of its own.
    parts = len(_BOUNDARY.findall(body))
    if bundles and parts > 5 * PARTS_MOST:
        raise MailError(f"body: {parts} parts; right are at most {PARTS_MOST}")


def _mail(message: Message, body: bytes) -> Mail:
    """Raises: MailError."""
    name, address = parseaddr(_raw(message, "from"))
    sender = address.strip().lower()
    if not _ADDRESS.match(sender):
        raise MailError(f"From: {shown(sender)} is no address; right is e.g. ten@vidu.vn")
    texts, pages, files, remarks = _Parts.of(message)
    text = paragraphs("\n".join(texts), TEXT_MOST) or paragraphs("\n".join(map(without_markup, pages)), TEXT_MOST)
    return Mail(
        message_id=plain(_raw(message, "message-id"), 500) or f"sha256:{hashlib.sha256(body).hexdigest()}",
        sender=sender,
        who=Identity(email=plain(address, 300), first_name=plain(_words(name), 200)),
        subject=plain(_words(_raw(message, "subject")), 300),
        text=text,
        files=files[:FILES_MOST],
        remarks=(*remarks, *(f"Tệp đính kèm quá {FILES_MOST}: {one.name}" for one in files[FILES_MOST:])),
        automatic=_automatic(message, sender),
    )


class _Parts:
    """What a mail is made of: texts, pages of HTML, files, and words about what is passed over."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.pages: list[str] = []
        self.files: list[MailFile] = []
        self.remarks: list[str] = []

    @classmethod
    def of(cls, message: Message) -> tuple[list[str], list[str], tuple[MailFile, ...], tuple[str, ...]]:
        found = cls()
        for part in _leaves(message):
            found.take(part)
        return found.texts, found.pages, tuple(found.files), tuple(found.remarks[:FILES_MOST])

    def take(self, part: Message) -> None:
        kind, name = part.get_content_type(), plain(_words(str(part.get_filename() or "")), 120)
        if kind == "message/rfc822":
            self.remarks.append("Thư đính kèm không nhận; xem trong hộp thư")
            return
        payload = part.get_payload(decode=True)
        body = payload if isinstance(payload, bytes) else b""
        is_file = part.get_content_disposition() == "attachment" or bool(name)
        if not is_file and kind in ("text/plain", "text/html"):
            charset = str(part.get_param("charset") or "")
            text = decoded(body[: HTML_MOST * 4], charset)[:HTML_MOST]
            (self.texts if kind == "text/plain" else self.pages).append(text)
        elif kind.startswith(("image/", "video/")) or name.lower().endswith(_PICTURES):
            if part.get("content-id") is None or len(body) >= DECORATION_BYTES:
                self.files.append(MailFile(name or kind, body))
        elif is_file:
            self.remarks.append(f"Tệp đính kèm không nhận (chỉ nhận ảnh, video): {name or kind}")


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold no parts; a mail inside the mail is one, whatever it holds. Raises: MailError."""
    waiting, count = [message], 0
    while waiting:
        part = waiting.pop()
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            waiting.extend(reversed([one for one in part.get_payload() if isinstance(one, Message)]))
            continue
        count += 1
        if count > PARTS_MOST:
            raise MailError(f"body: more than {PARTS_MOST} parts")
        yield part


def _automatic(message: Message, sender: str) -> str:
    """Why nobody wrote it (RFC 3834, 2919, 3464), or ""."""
    answered = _raw(message, "auto-submitted").partition(";")[0].strip().lower()
    if answered not in ("", "no"):
        return "Auto-Submitted: a program's answer"
    if _raw(message, "x-autoreply") or _raw(message, "x-autorespond"):
        return "X-Autoreply: a program's answer"
    if _raw(message, "precedence").strip().lower() in ("bulk", "junk", "list", "auto_reply"):
        return "Precedence: a mailing"
    if _raw(message, "list-id") or _raw(message, "list-unsubscribe"):
        return "List-Id: a mailing list"
    if message.get_content_type() == "multipart/report" or _raw(message, "return-path").strip() == "<>":
        return "a mail server's own report"
    if sender.partition("@")[0] in _WRITTEN_BY_NOBODY:
        return "its sender takes no answers"
    return ""


def _raw(message: Message, name: str) -> str:
    """The first header of the name as it stands; bytes that no standard allows there are read as text."""
    for key, value in message.raw_items():
        if key.lower() == name:
            text = str(value)[:HEADER_CHARS]
            return decoded(text.encode("utf-8", "surrogateescape"), "").replace("\r", "").replace("\n", "")
    return ""


def _words(text: str) -> str:
    """Encoded words (RFC 2047) as text; a broken one stays as it stands."""
    try:
        pieces = decode_header(text)
    except (HeaderParseError, ValueError):
        return text
    return "".join(piece if isinstance(piece, str) else decoded(piece, charset or "") for piece, charset in pieces)
