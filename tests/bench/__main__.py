"""Benchmarks: `python -m tests.bench NAME [--brief] [--json FILE]`; each prints one JSON line with its anchor."""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import pkgutil
from pathlib import Path

import tests.bench


def names() -> list[str]:
    """Benchmarks of this package: modules with a `run(brief)`."""
    return sorted(info.name for info in pkgutil.iter_modules(tests.bench.__path__) if not info.name.startswith("_"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", help="which benchmark")
    parser.add_argument("--brief", action="store_true", help="one short round, to see that it still works")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    parser.add_argument("--rounds", type=int, metavar="N", help="how many, for a benchmark that counts in rounds")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="keep what is made there, and take it from there")
    parser.add_argument("--minutes", type=float, metavar="M", help="how long, for a benchmark that plays")
    arguments = parser.parse_args()
    try:
        module = importlib.import_module(f"tests.bench.{arguments.name}")
        run = module.run
    except (ModuleNotFoundError, AttributeError) as error:
        missing = getattr(error, "name", None)
        if isinstance(error, ModuleNotFoundError) and missing != f"tests.bench.{arguments.name}":
            raise
        parser.error(f"no benchmark {arguments.name!r}; there are: {', '.join(names())}")
    more: dict[str, object] = {}
    if arguments.rounds is not None:
        if "rounds" not in inspect.signature(run).parameters:
            parser.error(f"the benchmark {arguments.name!r} does not count in rounds")
        more["rounds"] = arguments.rounds
    if arguments.data is not None:
        if "data" not in inspect.signature(run).parameters:
            parser.error(f"the benchmark {arguments.name!r} keeps no data")
        more["data"] = arguments.data
    if arguments.minutes is not None:
        if "minutes" not in inspect.signature(run).parameters:
            parser.error(f"the benchmark {arguments.name!r} does not play")
        more["minutes"] = arguments.minutes
    figures = run(brief=arguments.brief, **more)
    line = json.dumps({"benchmark": arguments.name, **figures}, ensure_ascii=False)
    print(line)
    if arguments.json:
        arguments.json.write_text(line + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
