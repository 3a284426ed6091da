"""What everybody will read of the selected report: the page of the public door itself, and what is withheld."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QT_TRANSLATE_NOOP, Qt, QTimer, QUrl
from PySide6.QtGui import QImage, QKeyEvent, QTextDocument
from PySide6.QtWidgets import QLabel, QTextBrowser, QVBoxLayout, QWidget

from backend.contracts.report_doors import PublicPreview
from backend.contracts.state import Delta
from console.models.public_page import marked, withheld_rows
from console.models.report_queue import most_urgent
from console.models.session import Selected, Session
from console.models.word_rows import Rows
from console.panels import Panel, PanelSpec
from resources import tokens
from widgets.row_table import RowTable

PAD_PX: Final = 2 * tokens.GRID_PX
PICTURE: Final = re.compile(r"media/([0-9a-f]{64})")
PICTURE_PX: Final = 200
ROWS_MOST: Final = 5


class Page(QTextBrowser):
    """A page that shows the pictures it is given and follows no link.

    Args:
        wanted: told the digest of a picture that the page shows and that is not here yet.
    """

    def __init__(self, wanted: Callable[[str], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._pictures: dict[str, QImage] = {}
        self._asked: set[str] = set()
        self._html = ""
        self.setOpenLinks(False)
        # It takes no words: the keyboard stays with the panel, which scrolls it.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.document().setDocumentMargin(2 * PAD_PX)
        self.document().setDefaultStyleSheet(f"a {{ color: {tokens.TEXT_2}; }}")

    def show_page(self, html: str) -> None:
        self._asked &= self._pictures.keys()  # what did not come is asked for again
        self._html = html
        self.setHtml(html)

    def keep(self, digest: str, content: bytes) -> None:
        image = QImage.fromData(content)
        if not image.isNull():
            self._pictures[digest] = image.scaledToWidth(PICTURE_PX, Qt.TransformationMode.SmoothTransformation)
            place = self.verticalScrollBar().value()
            self.setHtml(self._html)
            self.verticalScrollBar().setValue(place)

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: N802
        """Pictures only, and only those of the page."""
        found = PICTURE.search(name.toString() if isinstance(name, QUrl) else name)
        if kind != QTextDocument.ResourceType.ImageResource.value or found is None:
            return None
        digest = found.group(1)
        if digest not in self._asked:
            self._asked.add(digest)
            # Not now: the page is being laid out, and what comes lays it out anew.
            QTimer.singleShot(0, self, lambda: self._wanted(digest))
        return self._pictures.get(digest)


class PublicPagePanel(Panel):
    """Follows the selection; up, down and the page keys scroll."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._report_id = ""
        self._chosen = False
        self._asked = 0
        self._build()
        session.changed.connect(self._room_changed)
        session.selection.changed.connect(self._selected)
        session.operator_changed.connect(self._ask)
        self._selected(session.selection.current)
        self._show_most_urgent()
        self._ask()

    def _build(self) -> None:
        self._state = QLabel(wordWrap=True)
        self._state.setObjectName("cardPhase")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._title = QLabel()
        self._title.setObjectName("cardSection")
        self._title.setText(self.tr("What the room knows and everybody does not read"))
        self.page = Page(self._fetch)
        headings = lambda: (self.tr("What"), self.tr("In the room"), self.tr("For everybody"))  # noqa: E731
        self.withheld = Rows(headings, (), self)
        self.table = RowTable(self.withheld, (1,), self)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(PAD_PX, PAD_PX, PAD_PX, PAD_PX)
        column.setSpacing(tokens.GRID_PX)
        column.addWidget(self._state)
        column.addWidget(self.page, 1)
        column.addWidget(self._title)
        column.addWidget(self.table)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _selected(self, selected: Selected | None) -> None:
        if selected is not None and selected.kind == "report":
            self._chosen = True
            if selected.key != self._report_id:
                self._report_id = selected.key
                self._ask()

    def _show_most_urgent(self) -> None:
        """As long as nobody chose one: what queue and card begin with, too."""
        if self._chosen or self._report_id in self._session.state.reports:
            return
        first = most_urgent(self._session.state.reports.values())
        self._report_id = first.report_id if first is not None else ""

    def _room_changed(self, delta: Delta) -> None:
        before = self._report_id
        if delta.reset or delta.reports:
            self._show_most_urgent()
        if delta.reset or delta.site or self._report_id != before or self._report_id in delta.reports:
            self._ask()

    def _ask(self) -> None:
        """The page as the room is now: in a replay as it was at this instant."""
        session, operator = self._session, self._session.operator
        self._asked += 1
        if operator is not None and operator.agency_id:
            self._say(self.tr("What is made public is decided by the centre."))
        elif not self._report_id:
            self._say(self.tr("No report is chosen. Choose one in the queue or on the map."))
        elif session.clock.replaying and session.state.report(self._report_id) is None:
            self._say(self.tr("{code} was not in the room at this instant.").format(code=self._report_id))
        elif session.server is None:
            self._say(self.tr("There is no server to ask for the page."))
        else:
            asked = self._asked
            session.server.ask(
                f"/api/v1/reports/{self._report_id}/public",
                {"seq": session.state.seq},
                PublicPreview,
                lambda shown: self._take(asked, shown),
                lambda why: self._failed(asked, why),
            )

    def _take(self, asked: int, shown: PublicPreview) -> None:
        if asked != self._asked:
            return  # another report, or another state of it, was asked for since
        now = self.tr("{code} is public: everybody reads this page.")
        then = self.tr("{code} is not public yet. Published now, everybody would read this page.")
        self._state.setText((now if shown.public else then).format(code=shown.report_id))
        self._state.show()
        self.page.show_page(marked(shown.html))
        self.page.show()
        self.withheld.show_rows(withheld_rows(shown.withheld))
        rows = len(self.withheld.rows)
        self._title.setVisible(rows > 0)
        self.table.setVisible(rows > 0)
        self.table.setFixedHeight((min(rows, ROWS_MOST) + 1) * tokens.ROW_PX + tokens.GRID_PX)

    def _failed(self, asked: int, why: str) -> None:
        if asked == self._asked:
            self._say(self.tr("The page cannot be shown: {why}").format(why=why))

    def _say(self, words: str) -> None:
        """Instead of a page."""
        self._state.setText(words)
        for widget in (self.page, self._title, self.table):
            widget.hide()

    def _fetch(self, digest: str) -> None:
        path = f"/api/v1/media/{digest}/thumbnail"
        self._session.history.document(path, lambda content: self._keep(digest, content), lambda why: None)

    def _keep(self, digest: str, content: bytes) -> None:
        self.page.keep(digest, content)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.page.verticalScrollBar()
        steps = {
            Qt.Key.Key_Up: -bar.singleStep(), Qt.Key.Key_Down: bar.singleStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(), Qt.Key.Key_PageDown: bar.pageStep(),
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            bar.setValue(bar.value() + step)


SPEC = PanelSpec(
    "public_page", str(QT_TRANSLATE_NOOP("Panels", "Public page")), PublicPagePanel, frozenset({"state", "history"})
)
