"""A watched folder of forecast files, JSON or CSV (`forecast_file`), one producer each."""

from __future__ import annotations

import asyncio

from backend.contracts.doors import IngestAnswer
from backend.sources.spec import SourceContext, SourceSpec
from backend.sources.station_drop import DropFolder
from config.source_model import ForecastDropSource


async def run(config: ForecastDropSource, context: SourceContext) -> None:
    """Watch the folder until cancelled; passes on what ingest raises, the files stay."""

    async def take(name: str, body: bytes) -> IngestAnswer:
        return await context.ingest.forecasts(config.producer_id, body, name)

    folder = DropFolder(
        context.data_dir / config.folder,
        config.file_name_pattern,
        config.stable_after_s,
        take,
        lambda text: context.fault(config.producer_id, text),
    )
    while True:
        await folder.look()
        await asyncio.sleep(max(0.05, min(config.stable_after_s / 2, 1.0)))


SPEC = SourceSpec(key="forecast_drop", config=ForecastDropSource, run=run)
