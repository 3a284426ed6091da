"""Feeds of the room: one module each. A new feed is one new module with a `SPEC`; nothing lists them."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from backend.sources.spec import AnySourceSpec, CameraReports, FeedLogins, IngestDoors, SourceContext, SourceSpec

__all__ = ["AnySourceSpec", "CameraReports", "FeedLogins", "IngestDoors", "SourceContext", "SourceSpec", "source_specs"]


@cache
def source_specs() -> dict[str, AnySourceSpec]:
    """Every feed of this package by its key, which is the `kind` of its settings."""
    specs: dict[str, AnySourceSpec] = {}
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        spec = getattr(module, "SPEC", None)
        if isinstance(spec, SourceSpec):
            specs[spec.key] = spec
    return specs
