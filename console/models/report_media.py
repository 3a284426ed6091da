"""Pictures and films of a report on a strip: fetched small at once, large when somebody opens one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTemporaryDir
from shiboken6 import isValid

from backend.contracts.reports import Medium
from console.models.report_card import medium_words
from console.models.session import Session
from widgets.film_player import FilmPlayer
from widgets.media_strip import MediaStrip, Picture

translate = QCoreApplication.translate


def media_strip() -> MediaStrip:
    """An empty one, in this program's words."""
    film = FilmPlayer(
        translate("ReportMedia", "The film is on its way…"),
        translate("ReportMedia", "The film cannot be played: {why}"),
    )
    return MediaStrip(translate("ReportMedia", "on its way…"), translate("ReportMedia", "covered, Enter opens"), film)


class ReportMedia(QObject):
    """Fills `strip`. Everything is covered until somebody opens it: nobody knows what strangers send."""

    def __init__(self, session: Session, strip: MediaStrip) -> None:
        super().__init__(strip)
        self._session = session
        self._strip = strip
        self._fetched: set[str] = set()
        self._films = QTemporaryDir()
        strip.opened.connect(self._show_large)
        strip.covered.connect(strip.film.wait)

    def show_media(self, media: Sequence[Medium], public: Sequence[str] = ()) -> None:
        """`public`: digests of those that everybody may see."""
        self._strip.show_pictures(
            [Picture(one.digest, medium_words(one, one.digest in public), one.kind == "video") for one in media]
        )
        self._fetched &= {one.digest for one in media}
        for one in media:
            if one.digest not in self._fetched:
                self._fetched.add(one.digest)
                self._fetch(one.digest, "/thumbnail", self._strip.set_small)

    def _show_large(self, digest: str) -> None:
        self._strip.film.wait()
        if self._strip.film_open:
            self._fetch_film(digest)
        else:
            self._fetch(digest, "", self._strip.set_large)

    def _fetch_film(self, digest: str) -> None:
        """Whole, into a file that goes with this card: what strangers sent is kept nowhere."""
        server, file = self._session.server, Path(self._films.filePath(digest))
        if file.exists():
            self._play(digest, file)
        elif server is not None:
            path = f"/api/v1/media/{digest}"
            server.download(path, file, partial(self._play, digest), partial(self._no_film, digest))

    def _play(self, digest: str, file: Path) -> None:
        if isValid(self._strip) and self._strip.open_key == digest:
            self._strip.film.play(file)

    def _no_film(self, digest: str, why: str) -> None:
        if isValid(self._strip) and self._strip.open_key == digest:
            self._strip.film.tell_broken(why)

    def _fetch(self, digest: str, what: str, keep: Callable[[str, bytes, str], None]) -> None:
        def arrived(content: bytes) -> None:
            if isValid(self) and isValid(self._strip):
                keep(digest, content, translate("ReportMedia", "cannot be shown"))

        def failed(reason: str) -> None:
            if isValid(self) and isValid(self._strip):
                self._fetched.discard(digest)  # asked for again with the report's next change
                self._strip.set_missing(digest, reason)

        self._session.history.document(f"/api/v1/media/{digest}{what}", arrived, failed)
