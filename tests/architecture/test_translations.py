"""Vietnamese and English are both complete."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from types import ModuleType

import pytest

TOP = Path(__file__).resolve().parents[2]
VIETNAMESE_LETTER = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


@pytest.fixture(scope="module")
def translations() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations", TOP / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["translations"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def messages(translations: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str, str]]:
    """(context, English, Vietnamese) of every string in the sources; Vietnamese is "" where it is missing."""
    copy = tmp_path_factory.mktemp("ts") / "trucban_vi.ts"
    shutil.copy(translations.TS_FILE, copy)
    translations.update(copy)
    found = []
    for context in ElementTree.parse(copy).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            text = "".join(translation.itertext()).strip() if translation.get("type") != "unfinished" else ""
            found.append((context.findtext("name") or "", message.findtext("source") or "", text))
    return found


def test_every_string_of_the_sources_has_its_vietnamese(messages: list[tuple[str, str, str]]) -> None:
    assert len(messages) > 100
    assert [(context, source) for context, source, vietnamese in messages if not vietnamese] == []


def test_source_strings_are_english(messages: list[tuple[str, str, str]]) -> None:
    assert [source for _, source, _ in messages if VIETNAMESE_LETTER.search(source)] == []


def test_placeholders_survive_translation(messages: list[tuple[str, str, str]]) -> None:
    placeholder = re.compile(r"%n|%\d|\{\w*\}")
    wrong = [
        source
        for _, source, vietnamese in messages
        if sorted(set(placeholder.findall(source))) != sorted(set(placeholder.findall(vietnamese)))
    ]
    assert wrong == []
