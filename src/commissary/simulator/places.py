"""Where the retailer keeps and sells its goods: two warehouses and ten stores in four countries, all real cities.

Streets and house numbers are of the kind that every town has; the coordinates are those of the city.
"""

from typing import Any, NamedTuple

GROUP = "EUROPE"
GROUP_NAME = "All stock in Europe"

# Standard rate of value added tax, in percent.
TAX_PERCENT = {"BE": 21, "NL": 21, "FR": 20, "DE": 19}
COUNTRY_NAME = {"BE": "Belgium", "NL": "the Netherlands", "FR": "France", "DE": "Germany"}

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_Hours = dict[str, list[list[str]]]
_DOCK_HOURS: _Hours = {day: [["06:00", "22:00"]] for day in _WEEKDAYS}
_SHOP_HOURS: _Hours = {day: [["09:30", "18:30"]] for day in _WEEKDAYS}
# The evening when everyone shops, the Sunday that is allowed, the lunch that is kept.
_OPENING_HOURS: dict[str, _Hours] = {
    "BE": _SHOP_HOURS,
    "NL": {**_SHOP_HOURS, "thursday": [["09:30", "21:00"]], "sunday": [["12:00", "17:00"]]},
    "FR": {day: [["10:00", "12:30"], ["13:30", "19:00"]] for day in _WEEKDAYS},
    "DE": _SHOP_HOURS,
}
_TIME_ZONE = {"BE": "Europe/Brussels", "NL": "Europe/Amsterdam", "FR": "Europe/Paris", "DE": "Europe/Berlin"}


class Place(NamedTuple):
    code: str
    kind: str
    country: str
    city: str
    postal_code: str
    street: str
    latitude: float
    longitude: float
    capabilities: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{'Warehouse' if self.is_warehouse else 'Store'} {self.city}"

    @property
    def is_warehouse(self) -> bool:
        return self.kind == "warehouse"

    def body(self) -> dict[str, Any]:
        """The location as the API takes it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "address": {
                "country": self.country,
                "company": f"Commissary Demo {self.city}",
                "lines": [self.street],
                "postal_code": self.postal_code,
                "city": self.city,
            },
            "time_zone": _TIME_ZONE[self.country],
            "latitude": self.latitude,
            "longitude": self.longitude,
            "opening_hours": _DOCK_HOURS if self.is_warehouse else _OPENING_HOURS[self.country],
            "capabilities": list(self.capabilities),
            "processing_lead_time_s": 4 * 3600 if self.is_warehouse else 2 * 3600,
            "reserving_group": GROUP,
        }


_DOCK = ("ship_from", "returns")
_SHOP = ("pickup", "ship_from", "returns")
_SMALL_SHOP = ("pickup", "returns")

WAREHOUSES = (
    Place("W-TILBURG", "warehouse", "NL", "Tilburg", "5026 RA", "Havenweg 12", 51.5606, 5.0919, _DOCK),
    Place("W-LIEGE", "warehouse", "BE", "Liège", "4000", "Rue du Port 8", 50.6326, 5.5797, _DOCK),
)  # fmt: skip
STORES = (
    Place("S-GENT", "store", "BE", "Gent", "9000", "Veldstraat 14", 51.0543, 3.7174, _SHOP),
    Place("S-AMSTERDAM", "store", "NL", "Amsterdam", "1012 AB", "Marktstraat 21", 52.3676, 4.9041, _SHOP),
    Place("S-PARIS", "store", "FR", "Paris", "75004", "Rue du Marché 5", 48.8566, 2.3522, _SHOP),
    Place("S-KOELN", "store", "DE", "Köln", "50667", "Marktstraße 9", 50.9375, 6.9603, _SHOP),
    Place("S-ANTWERPEN", "store", "BE", "Antwerpen", "2000", "Kerkstraat 33", 51.2194, 4.4025, _SHOP),
    Place("S-ROTTERDAM", "store", "NL", "Rotterdam", "3011 AD", "Hoogstraat 40", 51.9244, 4.4777, _SHOP),
    Place("S-LILLE", "store", "FR", "Lille", "59000", "Rue de la Gare 17", 50.6292, 3.0573, _SMALL_SHOP),
    Place("S-DUESSELDORF", "store", "DE", "Düsseldorf", "40213", "Bahnhofstraße 2", 51.2277, 6.7735, _SHOP),
    Place("S-BRUSSEL", "store", "BE", "Brussel", "1000", "Nieuwstraat 6", 50.8503, 4.3517, _SHOP),
    Place("S-UTRECHT", "store", "NL", "Utrecht", "3511 EV", "Stationsweg 3", 52.0907, 5.1214, _SMALL_SHOP),
)  # fmt: skip
