"""Trực Ban: the operations room on this desk. Reads the arguments, hands over to `console.app`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from config.scenario_file import load_scenario, scenario_file
from config.settings import SettingsErrors, load_settings
from config.site import SiteErrors, load_site


def arguments_of(argv: list[str]) -> dict[str, object]:
    """The settings given on the command line, and only those; absent ones stay with the settings files."""
    parser = argparse.ArgumentParser(
        prog="main.py", description=__doc__, argument_default=argparse.SUPPRESS, allow_abbrev=False
    )
    parser.add_argument("--site", type=Path, metavar="DIR", help="site folder of the embedded backend")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the embedded backend keeps its data")
    parser.add_argument("--server", metavar="URL", help="connect to this backend instead of starting one")
    parser.add_argument("--user", metavar="NAME", help="who signs in at the server; the password is asked for")
    parser.add_argument("--insecure", action="store_true", help="allow http:// to a server on another machine")
    parser.add_argument("--ca-file", type=Path, metavar="FILE", help="certificate authority of the server")
    parser.add_argument("--workspace", metavar="NAME", help="workspace to open first")
    parser.add_argument("--language", choices=("vi", "en"), help="language of the screens")
    parser.add_argument(
        "--camera",
        action="append",
        dest="cameras",
        metavar="URL",
        help="put this camera (rtsp://, rtsps://) or video file on the wall too; repeatable",
    )
    parser.add_argument("--demo", action="store_true", help="also start the producers of the demonstration city")
    parser.add_argument(
        "--exercise",
        metavar="NAME",
        help="open the training room of this scenario: a shipped one's name or a .toml file",
    )
    parser.add_argument("--shots", type=Path, metavar="DIR", help="write a picture of every workspace and leave")
    given: dict[str, object] = vars(parser.parse_args(argv))
    if isinstance(cameras := given.get("cameras"), list):
        given["cameras"] = tuple(cameras)
    return given


def main(argv: list[str]) -> int:
    given = arguments_of(argv)
    try:
        settings = load_settings(given)
        if settings.run.exercise:
            if settings.console.server:
                print("--exercise: a training room is started here; it cannot be at --server", file=sys.stderr)
                return 2
            # The room is about the scenario's own site, whatever site this desk is set to.
            scenario, _ = load_scenario(scenario_file(settings.run.exercise))
            settings = load_settings({**given, "site": scenario.site_folder})
        elif not settings.console.server:
            load_site(settings.site_folder)  # the embedded backend would refuse it too, only later
    except (SettingsErrors, SiteErrors) as errors:
        for message in errors.messages:
            print(message, file=sys.stderr)
        return 2
    # Imported late: a mistake in the settings must not cost the second that Qt takes to load.
    from console.app import run

    return run(settings)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
