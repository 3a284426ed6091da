"""What can go wrong between the room and its disk."""

from __future__ import annotations


class StorageError(Exception):
    """Nothing of the work was stored: disk full, I/O error, connection lost, or the database refused it.

    `str(error)` is one sentence for an operator; it never holds an address or a password.
    """
