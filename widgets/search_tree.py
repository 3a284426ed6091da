"""A searchable tree of things that can be opened and dragged away: search field above, tree below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QTreeView, QVBoxLayout, QWidget


class _SearchField(QLineEdit):
    """Down and Enter go on in the tree."""

    down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.down.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class SearchTree(QWidget):
    """A tree behind a filter.

    Args:
        model: the filtered model; leaves carry their key in `key_role`.
        search: called with the text typed.
        placeholder: what stands in the empty search field.

    Signals:
        chosen: key of a leaf that Enter or a double click fell on.
    """

    chosen = Signal(str)

    def __init__(
        self,
        model: QSortFilterProxyModel,
        key_role: int,
        search: Callable[[str], None],
        placeholder: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._key_role = key_role
        self._search = search
        self.field = _SearchField()
        self.field.setPlaceholderText(placeholder)
        self.field.setClearButtonEnabled(True)
        self.tree = QTreeView()
        self.tree.setModel(model)
        self.tree.setHeaderHidden(True)
        self.tree.setUniformRowHeights(True)
        self.tree.setDragEnabled(True)
        self.tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.tree.setAccessibleName(placeholder)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(4)
        column.addWidget(self.field)
        column.addWidget(self.tree, 1)
        self.field.textChanged.connect(self._typed)
        self.field.down.connect(self._into_tree)
        self.tree.activated.connect(self._activated)
        model.modelReset.connect(self.tree.expandAll)
        model.rowsInserted.connect(lambda *_: self.tree.expandAll())
        self.tree.expandAll()

    def _typed(self, text: str) -> None:
        self._search(text)
        self.tree.expandAll()

    def _into_tree(self) -> None:
        """To the first thing found, so that Enter, Enter opens it."""
        model = self.tree.model()
        group = model.index(0, 0)
        leaf = model.index(0, 0, group) if model.rowCount(group) else group
        if leaf.isValid():
            self.tree.setCurrentIndex(leaf)
            self.tree.setFocus()

    def _activated(self, index: QModelIndex) -> None:
        key = index.data(self._key_role)
        if key:
            self.chosen.emit(str(key))
