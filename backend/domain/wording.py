"""Numbers and headlines as a duty officer reads them: Vietnamese writes 1.250,5 where English writes 1,250.5."""

from __future__ import annotations

import math
from typing import Final

from backend.contracts.hydrology import RAIN_CLASS_EN, RAIN_CLASS_VI, alarm_levels, nearest_level, rain_class
from backend.contracts.kinds.sensors import sensor_kind
from backend.contracts.site import Limit, Parameter, Station

_TO_VIETNAMESE: Final = str.maketrans(",.", ".,")


def number_en(value: float, decimals: int) -> str:
    """`value` with `decimals` decimals, rounded half away from zero as bulletins do, "-0" never."""
    scale = 10**decimals
    # The nudge takes 2.675 (stored a hair below) up to 2.68, as a person would.
    scaled = math.floor(abs(value) * scale * (1 + 1e-12) + 0.5)
    text = f"{scaled / scale:,.{decimals}f}"
    return f"-{text}" if value < 0 and scaled else text


def number_vi(value: float, decimals: int) -> str:
    """As `number_en`, with the decimal comma and the thousands point of Vietnamese."""
    return number_en(value, decimals).translate(_TO_VIETNAMESE)


def limit_decimals(value: float, decimals: int) -> int:
    """A limit is written without the decimals it does not have: 500, not 500,0; but 0,05 stays 0,05."""
    for count in range(decimals + 1):
        if math.isclose(round(value, count), value, abs_tol=1e-9):
            return count
    return max(decimals, 3) if abs(value) < 1 else decimals


def level_words(value: float, limit: Limit, parameter: Parameter) -> tuple[str, str]:
    """Signed distance to an alarm level as bulletins write it: ("trên BĐ3 3,41 m", "3.41 m above BĐ3")."""
    distance = value - limit.value
    side_vi, side_en = ("trên", "above") if distance >= 0 else ("dưới", "below")
    shown = abs(distance)
    name_vi, name_en = limit.name_vi, limit.name_en
    if limit.mark == "historic":
        name_vi, name_en = (name[:1].lower() + name[1:] for name in (name_vi, name_en))
    return (
        f"{side_vi} {name_vi} {number_vi(shown, parameter.decimals)} {parameter.unit}",
        f"{number_en(shown, parameter.decimals)} {parameter.unit} {side_en} {name_en}",
    )


def distance_to_nearest(value: float, parameter: Parameter) -> tuple[str, str] | None:
    """`level_words` against the nearest of the known alarm levels; None when the gauge has none."""
    nearest = nearest_level(value, parameter.limits)
    return None if nearest is None else level_words(value, nearest, parameter)


def level_headline(station: Station, parameter: Parameter, value: float, limit: Limit) -> tuple[str, str]:
    """The water against the level it passed; above the historic flood, the highest alarm level is told, too."""
    vi, en = level_words(value, limit, parameter)
    below = alarm_levels(parameter.limits)
    if limit.mark == "historic" and below:
        highest_vi, highest_en = level_words(value, below[-1], parameter)
        vi, en = f"{highest_vi}, {vi}", f"{highest_en}, {en}"
    shown_vi, shown_en = number_vi(value, parameter.decimals), number_en(value, parameter.decimals)
    return (
        f"{station.name_vi}: mực nước {shown_vi} {parameter.unit}, {vi}",
        f"{station.name_en}: water level {shown_en} {parameter.unit}, {en}",
    )


def rising_headline(station: Station, parameter: Parameter, value: float, rate_m_per_h: float) -> tuple[str, str]:
    """ "nước lên nhanh 0,65 m/giờ, mực nước 80,65 m, trên BĐ1 0,65 m" after the station's name."""
    near = distance_to_nearest(value, parameter)
    stands_vi = f"mực nước {number_vi(value, parameter.decimals)} {parameter.unit}"
    stands_en = f"water level {number_en(value, parameter.decimals)} {parameter.unit}"
    if near is not None:
        stands_vi, stands_en = f"{stands_vi}, {near[0]}", f"{stands_en}, {near[1]}"
    return (
        f"{station.name_vi}: nước lên nhanh {number_vi(rate_m_per_h, 2)} m/giờ, {stands_vi}",
        f"{station.name_en}: water rising {number_en(rate_m_per_h, 2)} m/h, {stands_en}",
    )


def rain_headline(station: Station, parameter: Parameter, value: float, limit: Limit) -> tuple[str, str]:
    """ "mưa 62,0 mm trong 24 giờ (mưa to), đạt ngưỡng mưa 50 mm/24 giờ"; a class where the span has one."""
    hours = limit.window_min // 60
    span = f"{hours} giờ" if limit.window_min % 60 == 0 else f"{limit.window_min} phút"
    span_en = f"{hours} h" if limit.window_min % 60 == 0 else f"{limit.window_min} min"
    class_vi = class_en = ""
    if limit.window_min in (720, 1440):
        name = rain_class(value, 12 if limit.window_min == 720 else 24)
        class_vi, class_en = f" ({RAIN_CLASS_VI[name]})", f" ({RAIN_CLASS_EN[name]})"
    shown_vi, shown_en = number_vi(value, parameter.decimals), number_en(value, parameter.decimals)
    reached = value >= limit.value
    return (
        f"{station.name_vi}: mưa {shown_vi} {parameter.unit} trong {span}{class_vi},"
        f" {'đạt' if reached else 'còn sát'} {limit.name_vi}",
        f"{station.name_en}: {shown_en} {parameter.unit} of rain in {span_en}{class_en},"
        f" {'reaches' if reached else 'still close to'} {limit.name_en}",
    )


def limit_headline(station: Station, parameter: Parameter, value: float, limit: Limit) -> tuple[str, str]:
    """One line: where, what, the figure over its window, how far past the limit."""
    kind = sensor_kind(parameter.symbol)
    accumulates = kind is not None and kind.accumulates
    window_vi, window_en = _window_words(limit.window_min, accumulates)
    places = limit_decimals(limit.value, parameter.decimals)
    figure_vi = f"{parameter.symbol} {number_vi(value, parameter.decimals)} {parameter.unit}{window_vi}"
    figure_en = f"{parameter.symbol} {number_en(value, parameter.decimals)} {parameter.unit}{window_en}"
    bound_vi = f"{limit.name_vi} {number_vi(limit.value, places)} {parameter.unit}"
    bound_en = f"{limit.name_en} {number_en(limit.value, places)} {parameter.unit}"
    relation_vi, relation_en = _relation(value, limit)
    return (
        f"{station.name_vi}: {figure_vi}, {relation_vi} {bound_vi}",
        f"{station.name_en}: {figure_en}, {relation_en} {bound_en}",
    )


def _relation(value: float, limit: Limit) -> tuple[str, str]:
    above = limit.direction == "above"
    past = value > limit.value if above else value < limit.value
    if not past:
        return "còn sát ngưỡng", "still close to"
    if limit.value == 0:
        return ("vượt", "over") if above else ("thấp hơn", "under")
    percent = abs(value - limit.value) / abs(limit.value) * 100
    decimals = 0 if percent >= 10 else 1
    if above:
        return f"vượt {number_vi(percent, decimals)} % so với", f"{number_en(percent, decimals)} % over"
    return f"thấp hơn {number_vi(percent, decimals)} % so với", f"{number_en(percent, decimals)} % under"


def _window_words(window_min: int, accumulates: bool) -> tuple[str, str]:
    if window_min == 0:
        return "", ""
    hours, rest = divmod(window_min, 60)
    span_vi = f"{hours} giờ" if not rest else f"{window_min} phút"
    span_en = f"{hours} h" if not rest else f"{window_min} min"
    if accumulates:
        return f" trong {span_vi}", f" in {span_en}"
    return f" (trung bình {span_vi})", f" ({span_en} mean)"
