"""What every test shares.

Chromium's sandbox cannot run as root, and only then it is left out. Python's collector runs between tests only, on the
main thread, as `console.app` does it: started by chance on a thread of a test's server it would destroy Qt objects
that an earlier test left in cycles, and Qt falls over long after.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

gc.disable()


@pytest.fixture(autouse=True)
def _collect_between_tests() -> Iterator[None]:
    yield
    gc.disable()  # a test may have left it on
    gc.collect(1)


@pytest.fixture(autouse=True, scope="module")
def _collect_after_module() -> Iterator[None]:
    yield
    gc.collect()
