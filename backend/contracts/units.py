"""Units of measurement as the feeds write them: converted exactly or refused, never guessed."""

from __future__ import annotations

from typing import Final


class UnitError(ValueError):
    """The two units do not measure the same thing, or one of them is unknown."""


_FAMILIES: Final[dict[str, dict[str, float]]] = {
    # unit -> factor to the family's first unit
    "stack gas concentration": {"mg/Nm3": 1.0, "g/Nm3": 1000.0, "µg/Nm3": 0.001},
    "ambient concentration": {"µg/m3": 1.0, "mg/m3": 1000.0},
    "water concentration": {"mg/L": 1.0, "µg/L": 0.001, "g/L": 1000.0},
    "length": {"m": 1.0, "cm": 0.01, "mm": 0.001},
    "flow": {"m3/h": 1.0, "m3/s": 3600.0, "m3/d": 1.0 / 24.0, "L/s": 3.6},
    "temperature": {"°C": 1.0},
    "acidity": {"pH": 1.0},
    "percentage": {"%": 1.0},
    "colour": {"Pt-Co": 1.0},
    "pressure": {"hPa": 1.0, "mbar": 1.0, "kPa": 10.0},
    "speed": {"m/s": 1.0, "km/h": 1.0 / 3.6},
    "count": {"1": 1.0},
    "persons": {"người": 1.0},
    "vehicles": {"xe": 1.0},
}

_ALIASES: Final[dict[str, str]] = {
    "mg/nm3": "mg/Nm3",
    "mg/nm³": "mg/Nm3",
    "g/nm3": "g/Nm3",
    "ug/nm3": "µg/Nm3",
    "µg/nm3": "µg/Nm3",
    "µg/nm³": "µg/Nm3",
    "ug/m3": "µg/m3",
    "µg/m3": "µg/m3",
    "µg/m³": "µg/m3",
    "mg/m3": "mg/m3",
    "mg/m³": "mg/m3",
    "mg/l": "mg/L",
    "µg/l": "µg/L",
    "ug/l": "µg/L",
    "g/l": "g/L",
    "oc": "°C",
    "c": "°C",
    "°c": "°C",
    "độ c": "°C",
    "ph": "pH",
    "-": "1",
    "": "1",
    "m3/h": "m3/h",
    "m³/h": "m3/h",
    "m3/s": "m3/s",
    "m³/s": "m3/s",
    "m3/ngày": "m3/d",
    "m3/d": "m3/d",
    "l/s": "L/s",
    "hpa": "hPa",
    "mbar": "mbar",
    "kpa": "kPa",
    "pt-co": "Pt-Co",
    "m": "m",
    "cm": "cm",
    "mm": "mm",
    "%": "%",
    "m/s": "m/s",
    "km/h": "km/h",
    "1": "1",
    "người": "người",
    "persons": "người",
    "xe": "xe",
    "vehicles": "xe",
}


def canonical(unit: str) -> str:
    """The canonical spelling of `unit` as loggers write it.

    Raises:
        UnitError: no such unit is known.
    """
    text = unit.strip().replace("\u03bc", "µ").lower()
    found = _ALIASES.get(text)
    if found is None:
        raise UnitError(f"unknown unit {unit!r}")
    return found


def convert(value: float, from_unit: str, to_unit: str) -> float:
    """`value` of `from_unit` expressed in `to_unit`; both in any spelling `canonical` knows.

    Raises:
        UnitError: the units are of different families (mg/Nm3 is at 0 °C, µg/m3 is not) or unknown.
    """
    source, target = canonical(from_unit), canonical(to_unit)
    if source == target:
        return value
    for family in _FAMILIES.values():
        if source in family and target in family:
            return value * family[source] / family[target]
    raise UnitError(f"cannot convert {from_unit!r} to {to_unit!r}")
