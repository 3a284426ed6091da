"""The hydrology board in words and figures, in the language of the seat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QCoreApplication

from backend.contracts.hydrology import COVERAGE_EN, COVERAGE_VI, RAIN_CLASS_EN, RAIN_CLASS_VI
from backend.contracts.site import RainBand, Station
from console.models.hydrology_rows import GaugeRow, RainRow, RainSum, Trend, forecast_peak, rain_summary
from console.models.numbers import format_age, format_number, format_signed, format_value, local_datetime
from console.models.session import Session
from console.models.station_strips import level_words, limit_name, status_word

_ARROWS: Final[dict[Trend, str]] = {"fast": "⇈", "rising": "↑", "steady": "→", "falling": "↓", "unknown": ""}


def station_name(station: Station, language: str) -> str:
    return station.name_en if language == "en" and station.name_en else station.name_vi


def age_words(age_s: float | None, stale: bool, language: str) -> str:
    if age_s is None:
        return QCoreApplication.translate("Hydrology", "no data yet")
    if stale:
        return QCoreApplication.translate("Hydrology", "SILENT {age}").format(age=format_age(age_s, language))
    return format_age(age_s, language)


def state_words(row: GaugeRow, language: str) -> str:
    """The age, and why the sample is no measurement where it is none."""
    age = age_words(row.age_s, row.stale, language)
    status = status_word(row.sample.status) if row.sample is not None else ""
    return f"{status} · {age}" if status else age


def distance_words(row: GaugeRow, language: str) -> str:
    """ "trên BĐ3 3,41 m · vượt lũ lịch sử 2024 0,02 m"; says so where no level is known."""
    if row.sample is None or status_word(row.sample.status):
        return ""
    if row.nearest is None:
        return QCoreApplication.translate("Hydrology", "no alarm level is known for this gauge")
    decimals = row.parameter.decimals
    words = level_words(row.sample.value, row.nearest, decimals, language)
    if row.historic is not None and row.sample.value >= row.historic.value:
        words += f" · {level_words(row.sample.value, row.historic, decimals, language)}"
    return words


def rate_words(row: GaugeRow, language: str) -> str:
    """ "⇈ +0,65 m/giờ, lên nhanh"."""
    if row.rate_m_per_h is None:
        return "" if row.stale else QCoreApplication.translate("Hydrology", "slope not known yet")
    rate = QCoreApplication.translate("Hydrology", "{rate} m/h").format(
        rate=format_signed(row.rate_m_per_h, 2, language)
    )
    words = {
        "fast": QCoreApplication.translate("Hydrology", "rising fast"),
        "rising": QCoreApplication.translate("Hydrology", "rising"),
        "steady": QCoreApplication.translate("Hydrology", "steady"),
        "falling": QCoreApplication.translate("Hydrology", "falling"),
    }[row.trend]
    return f"{_ARROWS[row.trend]} {rate}, {words}"


def ahead_words(row: GaugeRow, session: Session) -> str:
    """The highest level that is forecast, who said so and when."""
    language = session.language
    forecast = row.forecast
    if forecast is None:
        return QCoreApplication.translate("Hydrology", "no forecast")
    offset_min = session.state.site.utc_offset_min if session.state.site is not None else 0
    issued = QCoreApplication.translate("Hydrology", "{source}, issued {time}").format(
        source=forecast.source or QCoreApplication.translate("Hydrology", "source not named"),
        time=_minute(forecast.issued_ms, offset_min),
    )
    peak = forecast_peak(row, session.clock.now_ms())
    if peak is None:
        over = QCoreApplication.translate("Hydrology", "the forecast has run out")
        return f"{over} · {issued}"
    at_ms, level, said = peak
    text = QCoreApplication.translate("Hydrology", "forecast up to {level} at {time}").format(
        level=format_value(level, row.parameter.unit, row.parameter.decimals, language), time=_minute(at_ms, offset_min)
    )
    return f"{text} ({said}) · {issued}" if said else f"{text} · {issued}"


def _minute(at_ms: int, offset_min: int) -> str:
    """ "10:02 22/11" on the site's wall clock."""
    return f"{local_datetime(at_ms, offset_min):%H:%M %d/%m}"


def camera_words(row: GaugeRow, session: Session) -> str:
    """The camera beside the gauge, and whether it can be looked through."""
    site = session.state.site
    camera = next((each for each in site.cameras if each.camera_id == row.camera_id), None) if site else None
    if camera is None:
        return QCoreApplication.translate("Hydrology", "no camera beside it")
    name = session.local_name(camera.name_vi, camera.name_en)
    lost = QCoreApplication.translate("Hydrology", "SIGNAL LOST")
    return f"{name}: {lost}" if row.camera_lost else name


def sum_words(part: RainSum, language: str, spoken: bool = False) -> str:
    """The sum in millimetres; of a span that was not measured whole a least value, with the share when `spoken`."""
    if part.value_mm is None:
        return "–"
    number = format_number(part.value_mm, 1, language)
    if part.whole:
        return number
    share = format_number(min(99, int(100 * part.share + 1e-9)), 0, language)
    if not spoken:
        return f"≥ {number}"
    text = QCoreApplication.translate("Hydrology", "at least {sum} (only {share}% of the time was measured)")
    return text.format(sum=number, share=share)


def class_words(row: RainRow, language: str) -> str:
    """Class of the 24 hours, in the service's own words."""
    names = RAIN_CLASS_EN if language == "en" else RAIN_CLASS_VI
    return names[row.classes[24]] if 24 in row.classes else "–"


def band_words(band: RainBand | None, language: str) -> str:
    """What the amount reaches of the decree: an amount, never a level of risk."""
    if band is None:
        return ""
    amount = format_number(band.from_mm, 0, language)
    if band.to_mm is not None:
        amount += f"–{format_number(band.to_mm, 0, language)}"
    text = QCoreApplication.translate(
        "Hydrology", "amount of {amount} mm in {hours} h ({source}): no level of risk, that is the bulletin's to say"
    )
    return text.format(amount=amount, hours=band.hours, source=band.source)


def summary_words(gauges: Sequence[GaugeRow], rains: Sequence[RainRow], language: str) -> tuple[str, str]:
    """One line for the rivers and one for the rain."""
    rivers = [QCoreApplication.translate("Hydrology", "{count} gauges").format(count=len(gauges))]
    for mark in ("bd3", "bd2", "bd1"):
        at = [row for row in gauges if row.reached is not None and row.reached.mark == mark and not row.stale]
        if at and at[0].reached is not None:
            text = QCoreApplication.translate("Hydrology", "{count} at or above {mark}")
            rivers.append(text.format(count=len(at), mark=limit_name(at[0].reached, language)))
    for count, text in (
        (sum(row.trend == "fast" for row in gauges), QCoreApplication.translate("Hydrology", "{count} rising fast")),
        (sum(row.stale for row in gauges), QCoreApplication.translate("Hydrology", "{count} silent")),
    ):
        if count:
            rivers.append(text.format(count=count))
    return "   ·   ".join(rivers), _rain_words(rains, language)


def _rain_words(rains: Sequence[RainRow], language: str) -> str:
    found = rain_summary(rains)
    if not found.measured:
        return QCoreApplication.translate("Hydrology", "No rain was measured in the last 24 hours yet")
    names = COVERAGE_EN if language == "en" else COVERAGE_VI
    text = QCoreApplication.translate("Hydrology", "Rain of 24 h: {coverage} ({wet} of {stations} stations)")
    parts = [text.format(coverage=names[found.word], wet=found.wet, stations=found.measured)]
    if found.most is not None:
        text = QCoreApplication.translate("Hydrology", "most {sum} mm, {class_}, {station}")
        total = sum_words(found.most.sums[24], language)
        name = station_name(found.most.station, language)
        parts.append(text.format(sum=total, class_=class_words(found.most, language), station=name))
        if words := band_words(found.most.band, language):
            parts.append(words)
    return "   ·   ".join(parts)
