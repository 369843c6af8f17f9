"""Which clock a time is read on, and what people call it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

# Arizona keeps one time all year, so “Mountain” would be wrong by an hour for half of it.
_BY_ZONE = {"America/Phoenix": "Arizona", "UTC": "UTC"}
_BY_ABBREVIATION = {
    "EST": "Eastern", "EDT": "Eastern", "CST": "Central", "CDT": "Central", "MST": "Mountain",
    "MDT": "Mountain", "PST": "Pacific", "PDT": "Pacific", "AKST": "Alaska", "AKDT": "Alaska",
    "HST": "Hawaii",
}  # fmt: skip


def zone_for(user: Any, chapter: Any) -> str:
    """The zone that a reader chose; else the chapter's, or UTC on pages of no chapter."""
    return getattr(user, "zone", "") or (chapter.zone if chapter else "UTC")


def zone_name(moment: dt.datetime, zone: str) -> str:
    """What people call the time of a zone: “Pacific”, or the city for zones without a name."""
    short = moment.astimezone(ZoneInfo(zone)).tzname() or ""
    city = zone.rsplit("/", 1)[-1].replace("_", " ")
    if zone in _BY_ZONE:
        return _BY_ZONE[zone]
    if not zone.startswith(("America/", "US/", "Pacific/Honolulu")):
        return f"{city} time"
    return _BY_ABBREVIATION.get(short) or f"{city} time"
