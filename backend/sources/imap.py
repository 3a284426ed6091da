"""A mailbox to which citizens write, read by IMAP4rev1: a mail is marked only when what it says is durable."""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import math
import random
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.text import plain
from config.source_model import ImapSource

TIMEOUT_S: Final = 20.0
HEAD_BYTES: Final = 16_384
AT_ONCE: Final = 50
"""So many are read before the mailbox is asked again."""

_SIZE: Final = re.compile(rb"RFC822\.SIZE (\d{1,12})", re.IGNORECASE)


class MailboxError(Exception):
    """It cannot be read; the message names no password."""


class Fetched(NamedTuple):
    """A mail, or the head of one that is too large. `size_bytes`: of the whole."""

    body: bytes
    size_bytes: int


class Mailbox:
    """Blocking; one thread at a time. `abort` may be called from another one."""

    def __init__(self, config: ImapSource) -> None:
        self._config = config
        self._imap: imaplib.IMAP4 | None = None
        self._can_move = False

    def open(self) -> None:
        """Connect, log in, select the folder. Raises: MailboxError."""
        config = self._config
        with _told("cannot be reached"):
            context = _tls(config.ca_file)
            if config.security == "tls":
                self._imap = imaplib.IMAP4_SSL(config.host, config.port, ssl_context=context, timeout=TIMEOUT_S)
            else:
                self._imap = imaplib.IMAP4(config.host, config.port, timeout=TIMEOUT_S)
            if config.security == "starttls":
                self._imap.starttls(context)
        try:
            self._imap.login(config.user, config.password.get_secret_value())
        except (imaplib.IMAP4.error, OSError, UnicodeError):
            # Not from it: what it says may hold the password.
            raise MailboxError("refuses the login; are user and password right?") from None
        with _told("breaks off at CAPABILITY"):
            # Asked again: what a server can do it tells in full to who is logged in.
            _, told = self._imap.capability()
        self._can_move = b"MOVE" in b" ".join(item for item in told if isinstance(item, bytes)).upper().split()
        self._select(_quoted(config.folder))

    def unseen(self) -> list[str]:
        """UIDs, oldest first. Raises: MailboxError."""
        found = self._uid("SEARCH", "UNSEEN", "UNDELETED")
        uids = b" ".join(item for item in found if isinstance(item, bytes)).split()
        return [uid.decode() for uid in sorted(uids, key=lambda uid: (len(uid), uid)) if uid.isdigit()]

    def fetch(self, uid: str) -> Fetched | None:
        """The mail, not marked by it; None = it is gone meanwhile. Raises: MailboxError."""
        told = self._uid("FETCH", uid, "(RFC822.SIZE)")
        size = _SIZE.search(b" ".join(item for item in told if isinstance(item, bytes)))
        if size is None:
            return None
        size_bytes, most = int(size[1]), self._config.max_mail_bytes
        what = f"(BODY.PEEK[]<0.{most}>)" if size_bytes <= most else f"(BODY.PEEK[HEADER]<0.{HEAD_BYTES}>)"
        parts = [item[1] for item in self._uid("FETCH", uid, what) if isinstance(item, tuple)]
        return Fetched(parts[0], size_bytes) if parts else None

    def done(self, uid: str) -> None:
        """Seen, and where the site wants it. Raises: MailboxError."""
        self._uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
        if not self._config.done_folder:
            return
        if self._can_move:
            self._uid("MOVE", uid, _quoted(self._config.done_folder))
            return
        self._uid("COPY", uid, _quoted(self._config.done_folder))
        self._uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)")

    def close(self) -> None:
        if self._imap is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                self._imap.logout()

    def abort(self) -> None:
        """Whoever waits for an answer waits no longer."""
        if self._imap is not None:
            with contextlib.suppress(OSError):
                self._imap.socket().shutdown(socket.SHUT_RDWR)

    def _uid(self, command: str, *words: str) -> Sequence[object]:
        """Raises: MailboxError."""
        assert self._imap is not None
        with _told(f"breaks off at {command}"):
            answer, data = self._imap.uid(command, *words)
        return self._checked(command, answer, data)

    def _select(self, folder: str) -> None:
        """Raises: MailboxError."""
        assert self._imap is not None
        with _told("breaks off at SELECT"):
            answer, data = self._imap.select(folder)
        self._checked("SELECT", answer, data)

    def _checked(self, command: str, answer: str, data: Sequence[object]) -> Sequence[object]:
        """Raises: MailboxError."""
        if answer != "OK":
            told = next((item.decode("utf-8", "replace") for item in data if isinstance(item, bytes)), "")
            raise MailboxError(f"answers {plain(f'{answer} to {command}: {told}', 200)}")
        return data


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    """What the library or the network says, as one kind of error. Raises: MailboxError."""
    try:
        yield
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxError(f"{what} ({type(error).__name__}: {plain(str(error), 200)})") from error


def _tls(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


async def look(config: ImapSource, context: SourceContext) -> bool:
    """Take the mails that nobody has seen; whether there are more. Raises: MailboxError, and what ingest raises."""
    mailbox = Mailbox(config)
    try:
        await asyncio.to_thread(mailbox.open)
        uids = await asyncio.to_thread(mailbox.unseen)
        for uid in uids[:AT_ONCE]:
            mail = await asyncio.to_thread(mailbox.fetch, uid)
            if mail is None:
                continue
            await context.ingest.mail(config, mail.body, mail.size_bytes)
            await asyncio.to_thread(mailbox.done, uid)
        await asyncio.to_thread(mailbox.close)
        return len(uids) > AT_ONCE
    finally:
        mailbox.abort()


async def run(config: ImapSource, context: SourceContext) -> None:
    """Look until cancelled; passes on what ingest raises."""
    told, failing_since_s = "", math.inf
    while True:
        more = False
        try:
            more = await look(config, context)
        except MailboxError as error:
            failing_since_s = min(failing_since_s, time.monotonic())
            if str(error) != told:
                told = str(error)
                context.fault(config.producer_id, f"mailbox {config.user} on {config.host}:{config.port} {told}")
            if time.monotonic() - failing_since_s >= config.gone_after_s:
                context.ingest.gone(config.producer_id, "không đọc được hộp thư", "the mailbox cannot be read")
        else:
            told, failing_since_s = "", math.inf
            context.ingest.heard(config.producer_id)
        if not more:
            await asyncio.sleep(config.poll_every_s * random.uniform(0.9, 1.1))


SPEC = SourceSpec(key="imap", config=ImapSource, run=run)
