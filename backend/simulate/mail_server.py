"""A mail server with one mailbox: IMAP4rev1 (RFC 3501) as far as who reads mails needs it, with MOVE (RFC 6851)."""

from __future__ import annotations

import asyncio
import re
import shlex
import ssl
from dataclasses import dataclass, field
from typing import Final

_PARTIAL: Final = re.compile(r"BODY\.PEEK\[(HEADER)?\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)


@dataclass(slots=True)
class StoredMail:
    uid: int
    body: bytes
    flags: set[str] = field(default_factory=set)


class MailServer:
    """Event-loop thread only.

    Args:
        tls: from the first byte, or by STARTTLS when `starttls`.
        can_move: offers MOVE.

    Attributes:
        folders: mails by the folder's name; INBOX is there.
        said: commands as they came, the password left out.
    """

    def __init__(
        self,
        user: str,
        password: str,
        tls: ssl.SSLContext | None = None,
        starttls: bool = False,
        can_move: bool = True,
    ) -> None:
        self._user = user
        self._password = password
        self._tls = tls
        self._starttls = starttls
        self._can_move = can_move
        self._uids = 0
        self.folders: dict[str, list[StoredMail]] = {"INBOX": []}
        self.said: list[str] = []
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listens; the port. Raises: OSError."""
        context = None if self._starttls else self._tls
        self._server = await asyncio.start_server(self._serve, host, port, ssl=context)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def deliver(self, body: bytes) -> StoredMail:
        self._uids += 1
        mail = StoredMail(self._uids, body)
        self.folders["INBOX"].append(mail)
        return mail

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        try:
            await _Talk(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return
        finally:
            self._talks.discard(task)
            writer.close()

    def allowed(self, user: str, password: str) -> bool:
        return (user, password) == (self._user, self._password)

    def capabilities(self, is_in: bool) -> str:
        """As servers tell them: what only who is logged in can use is told to him."""
        moves = is_in and self._can_move
        return " ".join(("IMAP4rev1", *(("STARTTLS",) if self._starttls else ()), *(("MOVE",) if moves else ())))

    @property
    def tls(self) -> ssl.SSLContext | None:
        return self._tls


class _Talk:
    """One connection."""

    def __init__(self, server: MailServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._is_in = False
        self._folder: list[StoredMail] = []

    async def run(self) -> None:
        self._say(f"* OK [CAPABILITY {self._server.capabilities(self._is_in)}] ready")
        while line := await self._reader.readline():
            tag, _, rest = line.decode("ascii", "replace").strip().partition(" ")
            command, _, arguments = rest.partition(" ")
            command = command.upper()
            self._server.said.append("LOGIN" if command == "LOGIN" else rest)
            if command == "STARTTLS" and self._server.tls is not None:
                self._say(f"{tag} OK begin")
                await self._writer.drain()
                await self._writer.start_tls(self._server.tls)
                continue
            self._say(f"{tag} {self._answer(command, arguments)}")
            await self._writer.drain()
            if command == "LOGOUT":
                return

    def _answer(self, command: str, arguments: str) -> str:
        """What stands after the tag; what comes before it is said on the way."""
        match command:
            case "CAPABILITY":
                self._say(f"* CAPABILITY {self._server.capabilities(self._is_in)}")
            case "LOGIN":
                if not self._server.allowed(*shlex.split(arguments)):
                    return f"NO LOGIN failed: {arguments}"
                self._is_in = True
            case "LOGOUT":
                self._say("* BYE")
            case "SELECT" if self._is_in:
                folder = self._server.folders.get(shlex.split(arguments)[0])
                if folder is None:
                    return "NO no such folder"
                self._folder = folder
                self._say(f"* {len(folder)} EXISTS")
                return "OK [READ-WRITE] SELECT done"
            case "UID" if self._is_in:
                name, _, more = arguments.partition(" ")
                return self._by_uid(name.upper(), more)
            case _:
                return "BAD not now"
        return f"OK {command} done"

    def _by_uid(self, command: str, arguments: str) -> str:
        if command == "SEARCH":
            found = [mail.uid for mail in self._folder if not mail.flags & {r"\Seen", r"\Deleted"}]
            self._say("* SEARCH" + "".join(f" {uid}" for uid in found))
            return "OK SEARCH done"
        uid, _, rest = arguments.partition(" ")
        number, mail = next(((n, one) for n, one in enumerate(self._folder, 1) if str(one.uid) == uid), (0, None))
        if mail is None:
            return f"OK {command} done"
        match command:
            case "FETCH":
                self._fetch(number, mail, rest)
            case "STORE":
                mail.flags |= set(re.findall(r"\\\w+", rest))
            case "MOVE" | "COPY":
                target = self._server.folders.get(shlex.split(rest)[0])
                if target is None:
                    return "NO [TRYCREATE] no such folder"
                target.append(StoredMail(mail.uid, mail.body, set(mail.flags)))
                if command == "MOVE":
                    self._folder.remove(mail)
                    self._say(f"* {number} EXPUNGE")
            case _:
                return "BAD unknown"
        return f"OK {command} done"

    def _fetch(self, number: int, mail: StoredMail, what: str) -> None:
        partial = _PARTIAL.search(what)
        if partial is None:
            self._say(f"* {number} FETCH (UID {mail.uid} RFC822.SIZE {len(mail.body)})")
            return
        body = mail.body.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if partial[1] else mail.body
        begin, most = int(partial[2] or 0), int(partial[3] or len(body))
        body = body[begin : begin + most]
        self._writer.write(f"* {number} FETCH (UID {mail.uid} BODY[{partial[1] or ''}]<{begin}> ".encode())
        self._writer.write(f"{{{len(body)}}}\r\n".encode() + body + b")\r\n")

    def _say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
