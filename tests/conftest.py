"""What every test shares: Chromium's sandbox cannot run as root, and only then it is left out."""

from __future__ import annotations

import os

if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
