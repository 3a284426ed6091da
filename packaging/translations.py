"""Keeps the Vietnamese of the console: resources/translations/trucban_vi.ts (edit it with Qt Linguist).

python packaging/translations.py            compile to .qm
python packaging/translations.py --if-stale the same, only when the .ts is newer
python packaging/translations.py --update   first look through the sources for new and vanished strings
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
TS_FILE = TOP / "resources" / "translations" / "trucban_vi.ts"
QM_FILE = TS_FILE.with_suffix(".qm")
SOURCES = ("console", "widgets")


def source_files() -> list[str]:
    return sorted(str(path.relative_to(TOP)) for name in SOURCES for path in (TOP / name).rglob("*.py"))


def qt_tool(name: str) -> list[str]:
    """The Qt tool that PySide6 ships, called without its wrapper script so that no shebang path matters."""
    import PySide6

    return [str(Path(PySide6.__file__).parent / name)]


def update(ts_file: Path) -> None:
    """Brings `ts_file` up to date with the strings in the sources; line numbers are left out to keep diffs small."""
    subprocess.run(
        [*qt_tool("lupdate"), "-silent", "-no-obsolete", "-locations", "none", "-source-language", "en",
         "-target-language", "vi", *source_files(), "-ts", str(ts_file)],
        cwd=TOP,
        check=True,
    )  # fmt: skip


def compile_qm() -> None:
    subprocess.run([*qt_tool("lrelease"), "-silent", str(TS_FILE), "-qm", str(QM_FILE)], check=True)


def main(arguments: list[str]) -> None:
    if "--update" in arguments:
        update(TS_FILE)
    stale = not QM_FILE.exists() or QM_FILE.stat().st_mtime < TS_FILE.stat().st_mtime
    if stale or "--if-stale" not in arguments:
        compile_qm()


if __name__ == "__main__":
    main(sys.argv[1:])
