"""Who reads a page, and how they write numbers, amounts and times.

The browser says its languages with every request, and its time zone in a cookie that our own script sets; a page
without either reads in English figures and UTC. Amounts always show exactly the decimals of their currency.
"""

import copy
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from litestar import Request

from commissary.kernel.money import EXPONENT_OF, from_minor
from commissary.platform.http.caller import Caller

ZONE_COOKIE = "time_zone"
ANONYMOUS = Caller("anonymous", "", "anonymous", frozenset())
_ENGLISH = Locale("en", "US")
_LETTER_BEFORE_FIGURE = re.compile(r"[^\W\d_](?=\d)")
_STEPS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "min"))


@dataclass(frozen=True, slots=True)
class Reader:
    caller: Caller
    locale: Locale
    zone: ZoneInfo
    now: datetime

    @property
    def signed_in(self) -> bool:
        return bool(self.caller.organization)

    def may(self, permission: str) -> bool:
        return self.caller.may(permission)

    def money(self, amount_minor: int, currency: str) -> str:
        """1234 EUR → €12.34; 1234 JPY → ¥1,234; 1234 KWD → KWD 1.234."""
        exponent = EXPONENT_OF[currency]
        pattern = copy.copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (exponent, exponent)
        amount = from_minor(amount_minor, currency)
        text: str = pattern.apply(amount, self.locale, currency=currency, currency_digits=False)
        # A currency that is written as letters keeps apart from the figure.
        return _LETTER_BEFORE_FIGURE.sub("\\g<0>\u00a0", text)

    def number(self, value: int) -> str:
        return format_decimal(value, locale=self.locale)

    def exact(self, at: datetime) -> str:
        """Date, time and zone, to the second."""
        local = at.astimezone(self.zone)
        return f"{format_datetime(local, 'medium', locale=self.locale)} {local.strftime('%Z')}"

    def day(self, on: date) -> str:
        return format_date(on, "medium", locale=self.locale)

    def ago(self, at: datetime) -> str:
        """How long ago or how far ahead: 5 min ago, in 3 h; a date when it is more than a month away."""
        distance = self.now - at
        if abs(distance) >= timedelta(days=31):
            return self.day(at.astimezone(self.zone).date())
        for step, unit in _STEPS:
            if count := abs(distance) // step:
                return f"{count} {unit} ago" if distance > timedelta(0) else f"in {count} {unit}"
        return "just now"

    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def begin_of(self, on: date) -> datetime:
        """The first instant of a day where the reader is."""
        return datetime.combine(on, time(), self.zone).astimezone(UTC)


def reader_of(request: Request[Any, Any, Any], now: datetime | None = None) -> Reader:
    """The reader behind a request; `now` is the organization's clock where the page has asked it."""
    state = request.scope.get("state", {})
    return Reader(
        caller=state.get("caller", ANONYMOUS),
        locale=_locale(request.headers.get("accept-language", "")),
        zone=_zone(request.cookies.get(ZONE_COOKIE, "")),
        now=now or datetime.now(UTC),
    )


def _locale(accepted: str) -> Locale:
    for part in accepted[:200].split(","):
        tag = part.partition(";")[0].strip()
        if tag and tag != "*":
            try:
                return Locale.parse(tag, sep="-")
            except (UnknownLocaleError, ValueError):
                continue
    return _ENGLISH


def _zone(name: str) -> ZoneInfo:
    name = unquote(name.strip('"'))
    try:
        return ZoneInfo(name) if name else ZoneInfo("UTC")
    except (KeyError, ValueError, OSError):  # no such zone, or a text that is none
        return ZoneInfo("UTC")
