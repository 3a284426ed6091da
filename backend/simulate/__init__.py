"""The demonstration city: producers that speak the real protocols to the real doors; nothing else knows of it."""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """`python -m backend simulate ARGV` (backend/simulate/main.py), loaded only when it is wanted."""
    from backend.simulate.main import main as play

    return play(argv)
