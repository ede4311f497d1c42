"""Datetimes between Python and Hog, where one is a count of seconds and the name of a zone.

A zone's name is one of the time zone database, or a fixed one such as `UTC`, `UTC+3` or `UTC-03:30`.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_FIXED = re.compile(r"(?:utc|gmt)(?:([+-])(\d{1,2})(?::(\d{2}))?)?", re.IGNORECASE)


def parts_of(moment: datetime) -> tuple[float, str]:
    """The seconds since 1970 and the zone's name. A naive datetime is taken as UTC's."""
    zone = moment.tzinfo
    if zone is None:
        return moment.replace(tzinfo=timezone.utc).timestamp(), "UTC"
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)  # zoneinfo's, and pytz's
    return moment.timestamp(), name if isinstance(name, str) else _fixed_name(moment.utcoffset())


def datetime_of(seconds: float, zone: str) -> datetime | None:
    """The datetime; None where Python has none: before the year 1, after 9999, or in a zone that it does not know."""
    try:
        return datetime.fromtimestamp(seconds, _zone_of(zone))
    except (ValueError, OverflowError, OSError, LookupError):
        return None


def _fixed_name(offset: timedelta | None) -> str:
    minutes = round((offset or timedelta()).total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


@lru_cache(maxsize=1000)
def _zone_of(name: str) -> tzinfo:
    fixed = _FIXED.fullmatch(name)
    if not fixed:
        return ZoneInfo(name)
    sign, hours, minutes = fixed.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-offset if sign == "-" else offset) if offset else timezone.utc
