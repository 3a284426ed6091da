"""Asks who sits here. Opened, never executed; it stays until the server took a name and its password."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget


class SignIn(QDialog):
    """Signals: `given` (user, password); the owner answers by `refuse` or by closing."""

    given = Signal(str, str)

    def __init__(self, server: str, user: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Sign in") + " · Trực Ban")
        self.setModal(True)
        self.setMinimumWidth(380)
        self._user = QLineEdit(user)
        self._password = QLineEdit()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._reason = QLabel()
        self._reason.setObjectName("outcome")
        self._reason.setProperty("failed", True)
        self._reason.setWordWrap(True)
        self._button = QPushButton(self.tr("Sign in"))
        self._button.setProperty("primary", True)
        self._button.setDefault(True)
        self._button.clicked.connect(self._give)
        form = QFormLayout()
        form.addRow(self.tr("Server"), QLabel(server))
        form.addRow(self.tr("Name"), self._user)
        form.addRow(self.tr("Password"), self._password)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._reason)
        column.addWidget(self._button)
        (self._password if user else self._user).setFocus()

    def refuse(self, reason: str) -> None:
        """The server said no; it may be tried again."""
        self._reason.setText(reason)
        self._button.setEnabled(True)
        self._password.selectAll()
        self._password.setFocus()

    def _give(self) -> None:
        if self._user.text() and self._password.text():
            self._button.setEnabled(False)
            self._reason.setText(self.tr("Asking the server…"))
            self.given.emit(self._user.text(), self._password.text())
