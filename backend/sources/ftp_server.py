"""An FTP(S) server on a thread of its own, for uploads only (pyftpdlib). `station_ftp` decides what becomes of them.

A user sees the own folder only, may write, append, rename and make folders there, and neither reads nor deletes. What
is uploaded whole leaves the folder at once: what still lies in it is not finished.

A data connection that ends in good order is all that FTP has for "whole": when a logger dies in the middle, its
system may still close the connection so. Such a file is cut within a line, which the parser names, and what came is
kept; the same file sent again adds the rest.
"""

from __future__ import annotations

import itertools
import logging
import os
import secrets
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast

from OpenSSL import SSL
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.exceptions import AuthenticationFailed, FilesystemError
from pyftpdlib.filesystems import AbstractedFS
from pyftpdlib.handlers import FTPHandler, ThrottledDTPHandler, TLS_DTPHandler, TLS_FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer

from backend.sources.station_drop import unfinished
from backend.sources.text import shown

RIGHTS: Final = "elawmfT"
"""pyftpdlib: change folder, list, append, write, make folder, rename, set time. Not: read, delete, mode."""

MAX_NAME_BYTES: Final = 200
MAX_WAITING: Final = 500
"""Unfinished uploads and folders that one user may have at a time."""

TAKEN_KEPT: Final = 1_000
"""Sizes of files taken lately: some loggers ask for SIZE after an upload and send again when it is not told."""

AUTH_FAILED_AFTER_S: Final = 1.0
POLL_S: Final = 0.2
STOP_WITHIN_S: Final = 5.0

_log = logging.getLogger("pyftpdlib")
_log.setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class FtpRules:
    """`passive_ports` first and last; `masquerade_address` "" = our own; `rate_bytes_s` 0 = no bound.

    Attributes:
        certfile, keyfile: PEM; None = no TLS.
    """

    passive_ports: tuple[int, int]
    masquerade_address: str
    certfile: Path | None
    keyfile: Path | None
    tls_required: bool
    max_connections: int
    max_connections_of_address: int
    rate_bytes_s: int
    idle_timeout_s: int
    max_file_bytes: int


@dataclass(frozen=True, slots=True)
class FtpUser:
    """`home`: where uploads grow; `whole`: where they go when they are finished, on the same file system."""

    home: Path
    whole: Path


class FtpUploads:
    """Start it, read `port`, stop it. `whole_name` tells the name a file was uploaded under.

    Args:
        refusal: (user, password, origin) -> why not, "" = let in. Called on the server's thread.
        received: a file is whole. Called on the server's thread.
        fault: told of a trouble in words for the log: (user, what). Called on the server's thread.
    """

    def __init__(
        self,
        address: tuple[str, int],
        users: Mapping[str, FtpUser],
        rules: FtpRules,
        refusal: Callable[[str, str, str], str],
        received: Callable[[], None],
        fault: Callable[[str, str], None],
    ) -> None:
        self.users = users
        self.rules = rules
        self.refusal = refusal
        self.received = received
        self.fault = fault
        self.incomplete: set[str] = set()
        """Paths whose upload runs or broke off since the start. Server's thread only."""
        self.taken: OrderedDict[str, int] = OrderedDict()
        """Path -> size of what was taken lately. Server's thread only."""
        self._address = address
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self._loop = IOLoop()
        self._server: FTPServer | None = None
        self._thread = threading.Thread(target=self._serve, name="ftp door", daemon=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.address[1])

    @property
    def alive(self) -> bool:
        """False when the server's thread ended, asked or not."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Raises: OSError: the port is taken, or the certificate cannot be read."""
        for user in self.users.values():
            user.home.mkdir(parents=True, exist_ok=True)
            user.whole.mkdir(parents=True, exist_ok=True)
        server = FTPServer(self._address, _handler(self), ioloop=self._loop)
        server.max_cons = self.rules.max_connections
        server.max_cons_per_ip = self.rules.max_connections_of_address
        self._server = server
        self._thread.start()

    def stop(self) -> None:
        """Transfers under way break off. Blocks until the thread is gone."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(STOP_WITHIN_S)

    def hand_over(self, user: str, path: str) -> None:
        """The upload is whole: out of the user's folder, into the line."""
        source = Path(path)
        # Nanoseconds keep the order over a restart, the number within one tick of the clock.
        target = self.users[user].whole / f"{time.time_ns():020d}{next(self._numbers) % 10_000:04d}-{source.name}"
        try:
            size_bytes = source.stat().st_size
            source.replace(target)
        except OSError as error:
            self.fault(user, f"upload {shown(source.name)} cannot be moved: {error.strerror or type(error).__name__}")
            return
        self.taken[path] = size_bytes
        while len(self.taken) > TAKEN_KEPT:
            self.taken.popitem(last=False)
        self.received()

    def _serve(self) -> None:
        assert self._server is not None
        try:
            while not self._stop.is_set():
                self._loop.loop(POLL_S, blocking=False)
        finally:
            self._server.close_all()
            self.received()


def whole_name(spooled: str) -> str:
    """The name an upload came under, from its name in `FtpUser.whole`."""
    return spooled.partition("-")[2]


class _Folder(AbstractedFS):  # type: ignore[misc] # untyped library
    """A user's own folder. Raises FilesystemError, which the logger reads as 550 and its words."""

    def _uploads(self) -> FtpUploads:
        return cast(FtpUploads, self.cmd_channel.uploads)

    def open(self, filename: str, mode: str) -> BinaryIO:
        if not set(mode) & set("wa+"):
            raise FilesystemError("uploads only")
        if len(os.fsencode(Path(filename).name)) > MAX_NAME_BYTES:
            raise FilesystemError(f"the name has more than {MAX_NAME_BYTES} bytes")
        self._make_sure_of_room(filename)
        if self.isreally(filename) and not Path(filename).is_file():
            raise FilesystemError("not a regular file")
        uploads = self._uploads()
        file = cast(BinaryIO, super().open(filename, mode))
        uploads.incomplete.add(filename)
        uploads.taken.pop(filename, None)
        return file

    def mkdir(self, path: str) -> None:
        self._make_sure_of_room(path)
        super().mkdir(path)

    def rename(self, src: str, dst: str) -> None:
        uploads = self._uploads()
        if src in uploads.incomplete:
            raise FilesystemError("the upload is not complete")
        if len(os.fsencode(Path(dst).name)) > MAX_NAME_BYTES:
            raise FilesystemError(f"the name has more than {MAX_NAME_BYTES} bytes")
        if self.isreally(dst):
            raise FilesystemError("there is a file of that name")
        super().rename(src, dst)
        if Path(dst).is_file() and not unfinished(Path(dst).name):
            uploads.hand_over(self.cmd_channel.username, dst)

    def isfile(self, path: str) -> bool:
        return path in self._uploads().taken or bool(super().isfile(path))

    def getsize(self, path: str) -> int:
        taken = self._uploads().taken.get(path)
        return int(super().getsize(path)) if taken is None else taken

    def isreally(self, path: str) -> bool:
        """Lies in the folder, and is not only remembered."""
        return os.path.lexists(path)

    def _make_sure_of_room(self, path: str) -> None:
        waiting = sum(len(folders) + len(files) for _, folders, files in os.walk(self.root))
        if waiting >= MAX_WAITING and not self.isreally(path):
            raise FilesystemError(f"{waiting} unfinished uploads and folders lie here; finish some first")


class _Bounded(ThrottledDTPHandler):  # type: ignore[misc] # untyped library
    """A data connection that takes no more than a file may have, and knows a broken line from an orderly end."""

    _throttler = None  # the library closes a connection that broke before it was set up, and looks for this then

    def recv(self, buffer_size: int) -> bytes:
        # pyftpdlib takes a reset for the end of the file; looking first tells them apart.
        try:
            self.socket.recv(1, socket.MSG_PEEK)
        except ConnectionError:
            return self._broke_off()
        except SSL.SysCallError as error:
            if error.args[0] <= 0:
                raise
            return self._broke_off()
        except BlockingIOError:
            pass
        return cast(bytes, super().recv(buffer_size))

    def _broke_off(self) -> bytes:
        self._resp = ("426 Connection lost; transfer aborted.", _log.debug)
        self.close()
        return b""

    def handle_read(self) -> None:
        super().handle_read()
        rules = cast(FtpUploads, self.cmd_channel.uploads).rules
        file = self.file_obj
        if self.receive and file is not None and not file.closed and file.tell() > rules.max_file_bytes:
            self._resp = (f"552 The file has more than {rules.max_file_bytes} bytes.", _log.debug)
            # One byte too many stays, so that the parser refuses the file for what it is.
            file.truncate(rules.max_file_bytes + 1)
            self.close()

    handle_read_event = handle_read


class _BoundedTls(TLS_DTPHandler, _Bounded):  # type: ignore[misc] # untyped library
    """The same with TLS."""


class _Logins(DummyAuthorizer):  # type: ignore[misc] # untyped library
    def __init__(self, uploads: FtpUploads) -> None:
        super().__init__()
        self._uploads = uploads
        for name, user in uploads.users.items():
            self.add_user(name, secrets.token_hex(), str(user.home), perm=RIGHTS)

    def validate_authentication(self, username: str, password: str, handler: FTPHandler) -> None:
        why = self._uploads.refusal(username, password, str(handler.remote_ip))
        if why:
            if self.has_user(username):
                self._uploads.fault(username, f"FTP log-in from {handler.remote_ip} refused: {why}")
            raise AuthenticationFailed("wrong user or password")
        if not self.has_user(username):
            raise AuthenticationFailed("wrong user or password")


class _Deeds:
    """What both kinds of command connections do with an upload that ended."""

    uploads: FtpUploads
    username: str

    def on_file_received(self, file: str) -> None:
        self.uploads.incomplete.discard(file)
        if not unfinished(Path(file).name):
            self.uploads.hand_over(self.username, file)

    def on_incomplete_file_received(self, file: str) -> None:
        if Path(file).is_file() and Path(file).stat().st_size > self.uploads.rules.max_file_bytes:
            self.on_file_received(file)


def _handler(uploads: FtpUploads) -> type[FTPHandler]:
    """The class of command connections; pyftpdlib keeps its settings in classes."""
    rules = uploads.rules
    secure = rules.certfile is not None
    data = type("_Data", (_BoundedTls if secure else _Bounded,), {"read_limit": rules.rate_bytes_s})
    first, last = rules.passive_ports
    settings: dict[str, object] = {
        "uploads": uploads,
        "authorizer": _Logins(uploads),
        "abstracted_fs": _Folder,
        "dtp_handler": data,
        "banner": "ready",
        "timeout": rules.idle_timeout_s,
        "auth_failed_timeout": AUTH_FAILED_AFTER_S,
        "passive_ports": range(first, last + 1),
        "masquerade_address": rules.masquerade_address or None,
    }
    if secure:
        settings |= {
            "certfile": str(rules.certfile),
            "keyfile": str(rules.keyfile),
            "tls_control_required": rules.tls_required,
            "tls_data_required": rules.tls_required,
        }
    return type("_Command", (_Deeds, TLS_FTPHandler if secure else FTPHandler), settings)
