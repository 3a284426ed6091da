"""Can the installed libVLC do RTSP? Asked of libVLC itself: it gets an address of ours, and we see whether it talks.

Debian builds VLC without live555. Such a libVLC still has a module that answers to rtsp:// (for RealMedia servers): it
asks OPTIONS and goes away. One that can play cameras goes on to DESCRIBE.
"""

from __future__ import annotations

import socket
import threading
import time
from typing import Final

from console.video.board import Note

PROBE_S: Final = 4.0
OPTIONS_ANSWER: Final = "RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n\r\n"

_answers: dict[str, Note] = {}
_asking = threading.Lock()


def vlc_shortcoming() -> Note:
    """NONE when libVLC can play RTSP; found out once in a process, within `PROBE_S` seconds."""
    with _asking:
        if "vlc" not in _answers:
            _answers["vlc"] = _probe()
        return _answers["vlc"]


def _probe() -> Note:
    try:
        import vlc
    except (ImportError, OSError, NameError):
        # python-vlc raises the latter two when it finds no libVLC to load.
        return Note.VLC_MISSING
    instance = vlc.Instance("--quiet", "--no-audio", "--vout=dummy")
    if instance is None:
        return Note.VLC_MISSING
    with socket.create_server(("127.0.0.1", 0)) as door:
        described = threading.Event()
        door.settimeout(0.2)
        ended = threading.Event()
        listener = threading.Thread(target=_listen, args=(door, described, ended), daemon=True)
        listener.start()
        player = instance.media_player_new(f"rtsp://127.0.0.1:{door.getsockname()[1]}/probe")
        player.play()
        deadline_s = time.monotonic() + PROBE_S
        while not described.wait(0.05) and time.monotonic() < deadline_s:
            if player.get_state() in (vlc.State.Error, vlc.State.Ended):
                break
        ended.set()
        listener.join(1.0)
        player.stop()
        player.release()
        instance.release()
    return Note.NONE if described.is_set() else Note.VLC_WITHOUT_RTSP


def _listen(door: socket.socket, described: threading.Event, ended: threading.Event) -> None:
    while not ended.is_set():
        try:
            visitor, _ = door.accept()
        except TimeoutError:
            continue
        except OSError:
            return
        with visitor:
            visitor.settimeout(0.5)
            _converse(visitor, described)


def _converse(visitor: socket.socket, described: threading.Event) -> None:
    """Answers OPTIONS; a DESCRIBE is all we wanted to hear."""
    heard = b""
    try:
        while chunk := visitor.recv(4096):
            heard += chunk
            if b"DESCRIBE " in heard:
                described.set()
                return
            if heard.endswith(b"\r\n\r\n"):
                visitor.sendall(OPTIONS_ANSWER.format(cseq=_cseq(heard)).encode())
                heard = b""
    except OSError:
        return


def _cseq(request: bytes) -> str:
    for line in request.decode(errors="replace").splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "cseq":
            return value.strip()
    return "1"
