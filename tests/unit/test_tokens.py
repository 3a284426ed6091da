"""Colours that people must read keep WCAG's distances; severities differ by more than colour."""

from __future__ import annotations

import itertools
import re

import pytest

from resources import tokens

GROUNDS = {"window": tokens.WINDOW, "panel": tokens.PANEL, "raised": tokens.RAISED}
AA_TEXT = 4.5
AA_GRAPHIC = 3.0


@pytest.mark.parametrize("ground", [*GROUNDS, "selected", "hover"])
@pytest.mark.parametrize("text", ["TEXT_1", "TEXT_2", "TEXT_3"])
def test_texts_reach_aa_on_every_ground(text: str, ground: str) -> None:
    grounds = GROUNDS | {"selected": tokens.SELECTED, "hover": tokens.HOVER}
    assert tokens.contrast(getattr(tokens, text), grounds[ground]) >= AA_TEXT


def test_names_labels_and_hints_are_told_apart_by_their_grey() -> None:
    one, two, three = (tokens.contrast(text, tokens.PANEL) for text in (tokens.TEXT_1, tokens.TEXT_2, tokens.TEXT_3))
    assert one > 1.5 * two
    assert two > 1.2 * three


@pytest.mark.parametrize("priority", sorted(tokens.SEVERITY))
def test_severities_reach_aa_as_text_and_carry_a_dark_glyph(priority: int) -> None:
    for ground in GROUNDS.values():
        assert tokens.contrast(tokens.severity(priority), ground) >= AA_TEXT
    assert tokens.contrast(tokens.severity(priority), tokens.DARK_GLYPH) >= AA_TEXT


def test_an_outline_is_seen_on_the_selected_row() -> None:
    for colour in tokens.SEVERITY.values():
        assert tokens.contrast(colour, tokens.SELECTED) >= AA_GRAPHIC


def test_no_two_severities_share_shape_glyph_or_colour() -> None:
    for table in (tokens.SHAPES, tokens.GLYPHS, tokens.SEVERITY):
        assert len(set(table.values())) == len(table) == 5


def test_greys_are_quiet() -> None:
    """A ground that stands out from its neighbour shouts without anything to say."""
    for one, other in itertools.pairwise((tokens.WINDOW, tokens.PANEL, tokens.RAISED, tokens.LINE)):
        assert 1.0 < tokens.contrast(one, other) < 1.5


def test_the_alarm_colours_are_kept_for_alarms() -> None:
    spent = {colour.upper() for colour in tokens.SEVERITY.values()}
    plain = {
        name: value
        for name, value in vars(tokens).items()
        if isinstance(value, str) and re.fullmatch(r"#[0-9A-F]{6}", value) and name not in {"P1", "P2", "P3", "P4"}
    }
    assert [name for name, value in plain.items() if value in spent and name != "SYSTEM"] == []


def test_known_ratios_of_wcag() -> None:
    assert tokens.contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert tokens.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
    assert tokens.mixed("#FFFFFF", "#000000", 0.5) == "#808080"
