"""Commands of `python -m backend` that are not about running it: one module each, found by looking into this package.

A module offers `add(commands)`: it adds its own sub-parser, with `run` as default: (parsed arguments) -> exit code.
"""

from __future__ import annotations

import argparse
import getpass
import importlib
import pkgutil
from typing import Protocol


class Command(Protocol):
    """What a module of this package is."""

    def add(self, commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None: ...


def os_user() -> str:
    """Who runs the command, for the audit log."""
    try:
        return f"os:{getpass.getuser()}"
    except (KeyError, OSError, ImportError):
        return "os:?"


def add_all(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    for info in pkgutil.iter_modules(__path__):
        module: Command = importlib.import_module(f"{__name__}.{info.name}")
        module.add(commands)
