"""Catalogue of sensor kinds: what a parameter is, its unit and how many decimals a person needs.

A new kind is one entry here. Limits are not here: they are dated site configuration with a source string.
Symbols follow TT 10/2021/TT-BTNMT where it lists them; the rest are named by the feeds in use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class SensorKind:
    """One measured quantity.

    Attributes:
        key: canonical symbol, as the circular writes it.
        unit: canonical unit (see `backend.contracts.units`) values are stored in.
        decimals: decimals shown to a person.
        aliases: other spellings met in feeds; compared without case and blanks.
        accumulates: the sum over a window is meaningful (rain), the mean is not.
    """

    key: str
    name_vi: str
    name_en: str
    unit: str
    decimals: int
    aliases: tuple[str, ...] = ()
    accumulates: bool = False


_KINDS: Final[tuple[SensorKind, ...]] = (
    SensorKind("SO2", "Lưu huỳnh điôxit", "Sulphur dioxide", "mg/Nm3", 1),
    SensorKind("SO3", "Lưu huỳnh triôxit", "Sulphur trioxide", "mg/Nm3", 1),
    SensorKind("NO", "Nitơ ôxit", "Nitric oxide", "mg/Nm3", 1),
    SensorKind("NO2", "Nitơ điôxit", "Nitrogen dioxide", "mg/Nm3", 1),
    SensorKind("NOx", "Nitơ ôxit tổng", "Nitrogen oxides", "mg/Nm3", 1, ("NOX", "N0x")),
    SensorKind("CO", "Cacbon ôxit", "Carbon monoxide", "mg/Nm3", 1),
    SensorKind("NH3", "Amoniac", "Ammonia", "mg/Nm3", 2),
    SensorKind("H2S", "Hyđro sunfua", "Hydrogen sulphide", "mg/Nm3", 2),
    SensorKind("HF", "Hyđro florua", "Hydrogen fluoride", "mg/Nm3", 2),
    SensorKind("PM", "Bụi tổng", "Total dust", "mg/Nm3", 1, ("Dust", "Bui", "TSP")),
    SensorKind("O2", "Ôxy dư", "Oxygen", "%", 1),
    SensorKind("O3", "Ôzôn", "Ozone", "µg/m3", 1),
    SensorKind("PM10", "Bụi PM10", "PM10", "µg/m3", 1, ("PM-10",)),
    SensorKind("PM2,5", "Bụi PM2,5", "PM2.5", "µg/m3", 1, ("PM2.5", "PM25", "PM-2.5")),
    SensorKind("Flow", "Lưu lượng", "Flow", "m3/h", 0, ("Q", "LuuLuong")),
    SensorKind("Temp", "Nhiệt độ", "Temperature", "°C", 1, ("T", "Temperature", "NhietDo")),
    SensorKind("RH", "Độ ẩm", "Relative humidity", "%", 0, ("Humidity",)),
    SensorKind("P", "Áp suất", "Pressure", "hPa", 0, ("Pressure",)),
    SensorKind("Color", "Độ màu", "Colour", "Pt-Co", 0, ("Colour", "DoMau")),
    SensorKind("pH", "pH", "pH", "pH", 2),
    SensorKind("TSS", "Chất rắn lơ lửng", "Suspended solids", "mg/L", 1),
    SensorKind("COD", "COD", "COD", "mg/L", 1),
    SensorKind("NH4", "Amoni", "Ammonium", "mg/L", 2, ("Amoni", "NH4+", "NH4-N")),
    SensorKind("TP", "Tổng phốt pho", "Total phosphorus", "mg/L", 2),
    SensorKind("TN", "Tổng nitơ", "Total nitrogen", "mg/L", 2),
    SensorKind("TOC", "Tổng cacbon hữu cơ", "Total organic carbon", "mg/L", 1),
    SensorKind("Cl", "Clo dư", "Residual chlorine", "mg/L", 2),
    SensorKind("VHg", "Hơi thủy ngân", "Mercury vapour", "mg/Nm3", 3),
    SensorKind("DO", "Ôxy hòa tan", "Dissolved oxygen", "mg/L", 2),
    SensorKind("Rain", "Lượng mưa", "Rainfall", "mm", 1, ("Mua", "RainFall", "X"), accumulates=True),
    SensorKind("People", "Số người", "People", "người", 0, ("Persons", "Person")),
    SensorKind("Occupancy", "Mức lấp đầy", "Occupancy", "%", 0),
    SensorKind("Vehicles", "Số xe", "Vehicles", "xe", 0, ("Vehicle",)),
    SensorKind("Level", "Mực nước", "Water level", "m", 2, ("H", "MucNuoc", "WaterLevel")),
)

SENSOR_KINDS: Final[dict[str, SensorKind]] = {kind.key: kind for kind in _KINDS}


def _spelling(symbol: str) -> str:
    return symbol.replace(" ", "").replace(".", ",").casefold()


_BY_SPELLING: Final[dict[str, SensorKind]] = {
    _spelling(name): kind for kind in _KINDS for name in (kind.key, *kind.aliases)
}


def sensor_kind(symbol: str) -> SensorKind | None:
    """The kind a feed means by `symbol`, or None: an unknown symbol is kept, never dropped."""
    return _BY_SPELLING.get(_spelling(symbol))
