"""Charts as geometry: what a template writes into SVG, in the units of its view box.

Colors are the stylesheet's own properties, so one drawing serves light, dark and print. A gap in
time stays a gap: the line and its band end before it and begin anew after it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from measurement.queries import Point
from measurement.windows import year_of
from measurement.wording import Unit, told

STEPS = (1, 2, 2.5, 5, 10, 20)


@dataclass(frozen=True)
class Frame:
    """The drawing and the field in it that the figures fill."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int


WIDE = Frame(760, 340, 64, 150, 24, 40)
NARROW = Frame(350, 300, 52, 24, 44, 38)
SPARK = Frame(170, 52, 8, 12, 8, 8)
SMALL = Frame(260, 130, 10, 12, 12, 30)


@dataclass(frozen=True)
class Scale:
    """Numbers to places on the paper."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value lies, to a tenth."""
        share = (value - self.low) / (self.high - self.low)
        return round(self.start + share * (self.end - self.start), 1)


@dataclass(frozen=True)
class Mark:
    """A place on the paper with its words."""

    x: float
    y: float
    text: str = ""
    note: str = ""
    has_caution: bool = False
    anchor: str = "middle"


@dataclass(frozen=True)
class Fitted:
    """A fitted line at the end of a year, and half the width of its 90 percent band there."""

    year: float
    value: float
    margin: float


@dataclass(frozen=True)
class Trend:
    """Lines, band, ticks and points of one series; `last` and `first` are written out."""

    frame: Frame
    lines: list[str]
    bands: list[str]
    bridges: list[str]
    x_ticks: list[Mark]
    y_ticks: list[Mark]
    points: list[Mark]
    first: Mark
    last: Mark
    is_narrow: bool
    fitted: str = ""
    fitted_band: str = ""
    aim: Mark | None = None

    @property
    def floor(self) -> int:
        """Where the field ends below."""
        return self.frame.height - self.frame.bottom

    @property
    def edge(self) -> int:
        """Where the field ends on the right."""
        return self.frame.width - self.frame.right


@dataclass(frozen=True)
class Range:
    """A group or a city: its value, the ends of its margin, and its value in words."""

    name: str
    value: float | None
    low: float
    high: float
    text: str
    has_caution: bool = False


@dataclass(frozen=True)
class Reference:
    """A value across the whole chart that others may be seen against, in words and with margin."""

    name: str
    value: float
    text: str
    margin: str


@dataclass(frozen=True)
class Bar:
    """A group: its value as a dot, its margin as a bar."""

    name: str
    y: float
    x: float | None
    low: float
    high: float
    text: str
    has_caution: bool
    is_own: bool = False


@dataclass(frozen=True)
class Dots:
    """Groups under each other on one scale."""

    frame: Frame
    ticks: list[Mark]
    bars: list[Bar]
    is_narrow: bool
    reference: Mark | None = None

    @property
    def has_margins(self) -> bool:
        """Whether a value has a margin of error."""
        return any(bar.x is not None and bar.low < bar.high for bar in self.bars)

    @property
    def has_caution(self) -> bool:
        """Whether a value is to be used with caution."""
        return any(bar.has_caution for bar in self.bars)

    @property
    def edge(self) -> int:
        """Where the field ends on the right."""
        return self.frame.width - self.frame.right


def runs(points: Sequence[Point]) -> list[list[Point]]:
    """Points in stretches without a gap: a year nobody measured, or a figure that is missing."""
    found: list[list[Point]] = []
    before = None
    for point in points:
        if point.value is None:
            before = None
            continue
        follows = before is not None and point.start <= before.end + timedelta(days=1)
        if follows:
            found[-1].append(point)
        else:
            found.append([point])
        before = point
    return found


def trend(
    points: Sequence[Point],
    unit: Unit,
    frame: Frame = WIDE,
    fitted: Sequence[Fitted] = (),
    aim: float | None = None,
) -> Trend | None:
    """A series as a line with its 90 percent band; None without any figure.

    fitted: the line through its history, from left to right. aim: the value of a target.
    """
    stretches = runs(points)
    known = [point for stretch in stretches for point in stretch]
    if not known:
        return None
    ticks = _ticks(*_extent_with(known, fitted, aim))
    x = Scale(*_years(known), frame.left, frame.width - frame.right)
    y = Scale(ticks[0], ticks[-1], frame.height - frame.bottom, frame.top)
    marks = [_mark(point, x, y, unit) for point in known]
    is_narrow = frame.width < WIDE.width
    return Trend(
        frame=frame,
        lines=[_path([(x.at(_year(p)), y.at(p.value or 0)) for p in s]) for s in stretches],
        bands=[_band(s, x, y) for s in stretches if len(s) > 1 and s[0].margin is not None],
        bridges=[
            _bridge(a[-1], b[0], x, y) for a, b in zip(stretches, stretches[1:], strict=False)
        ],
        x_ticks=_time_ticks(known, x, is_narrow),
        y_ticks=[Mark(0, y.at(tick), _tick(tick, unit)) for tick in ticks],
        points=marks,
        first=marks[0],
        last=marks[-1],
        is_narrow=is_narrow,
        fitted=_path([(x.at(f.year), y.at(f.value)) for f in fitted]) if fitted else "",
        fitted_band=_fitted_band(fitted, x, y) if fitted else "",
        aim=None if aim is None else Mark(frame.left, y.at(aim), f"Target {unit.value(aim)}"),
    )


def spark(points: Sequence[Point], aim: float | None = None) -> Trend | None:
    """The line alone, small, with the value of a target where there is one."""
    known = [point for point in points if point.value is not None]
    if len(known) < 2:
        return None
    values = [point.value or 0 for point in known] + ([] if aim is None else [aim])
    pad = (max(values) - min(values)) * 0.15 or 1
    x = Scale(*_years(known), SPARK.left, SPARK.width - SPARK.right)
    y = Scale(min(values) - pad, max(values) + pad, SPARK.height - SPARK.bottom, SPARK.top)
    marks = [Mark(x.at(_year(p)), y.at(p.value or 0)) for p in known]
    lines = [_path([(x.at(_year(p)), y.at(p.value or 0)) for p in s]) for s in runs(points)]
    drawn = Trend(SPARK, lines, [], [], [], [], marks, marks[0], marks[-1], True)
    return drawn if aim is None else replace(drawn, aim=Mark(SPARK.left, y.at(aim)))


def multiples(series: Sequence[tuple[str, Sequence[Point]]]) -> list[tuple[str, Trend]]:
    """Small charts side by side on one scale of years and values, for those with any figure."""
    rows = [(name, [p for p in points if p.value is not None]) for name, points in series]
    known = [point for _, points in rows for point in points]
    if not known:
        return []
    ticks = _ticks(*_extent(known), most=3)
    x = Scale(*_years(sorted(known, key=_year)), SMALL.left, SMALL.width - SMALL.right)
    y = Scale(ticks[0], ticks[-1], SMALL.height - SMALL.bottom, SMALL.top)
    return [(name, _small(points, x, y)) for name, points in rows if points]


def _small(points: Sequence[Point], x: Scale, y: Scale) -> Trend:
    stretches = runs(points)
    marks = [Mark(x.at(_year(p)), y.at(p.value or 0)) for p in points]
    lines = [_path([(x.at(_year(p)), y.at(p.value or 0)) for p in s]) for s in stretches]
    bands = [_band(s, x, y) for s in stretches if len(s) > 1 and s[0].margin is not None]
    pairs = zip(stretches, stretches[1:], strict=False)
    bridges = [_bridge(a[-1], b[0], x, y) for a, b in pairs]
    ends = [Mark(marks[0].x, 0, points[0].label, anchor="start")]
    ends += [Mark(marks[-1].x, 0, points[-1].label, anchor="end")] if len(points) > 1 else []
    return Trend(SMALL, lines, bands, bridges, ends, [], marks, marks[0], marks[-1], True)


def ranges(
    rows: Sequence[Range],
    unit: Unit,
    is_narrow: bool,
    own: str = "",
    reference: Reference | None = None,
) -> Dots | None:
    """Groups or places with their margins, in the order given; None without any figure.

    own: the name of the one that the others are held against. reference: a line across.
    """
    known = [row for row in rows if row.value is not None]
    if not known:
        return None
    step, left = (60, 14) if is_narrow else (46, 150)
    height = 52 + step * len(rows) + (22 if reference else 0)
    frame = Frame(350 if is_narrow else 760, height, left, 70 if is_narrow else 90, 36, 16)
    beside = [reference.value] if reference else []
    every = _ticks(
        min([row.low for row in known] + beside), max([row.high for row in known] + beside)
    )
    x = Scale(every[0], every[-1], frame.left, frame.width - frame.right)
    return Dots(
        frame=frame,
        ticks=[Mark(x.at(tick), 0, _tick(tick, unit)) for tick in every[:: 2 if is_narrow else 1]],
        bars=[replace(_bar(row, n, x, step), is_own=row.name == own) for n, row in enumerate(rows)],
        is_narrow=is_narrow,
        reference=Mark(x.at(reference.value), height - 6, f"{reference.name} {reference.text}")
        if reference
        else None,
    )


def range_of(name: str, point: Point, unit: Unit) -> Range:
    """A figure as a row of such a chart."""
    value, margin = point.value or 0, point.margin or 0
    is_weak = point.reliability not in ("good", "")
    return Range(name, point.value, value - margin, value + margin, told(point, unit), is_weak)


# --- How it is put together ---------------------------------------------------------------------


def _year(point: Point) -> float:
    return float(year_of(point))


def _years(points: Sequence[Point]) -> tuple[float, float]:
    first, last = _year(points[0]), _year(points[-1])
    return (first, last) if last > first else (first - 1, last + 1)


def _extent(points: Sequence[Point]) -> tuple[float, float]:
    lows = [(point.value or 0) - (point.margin or 0) for point in points]
    highs = [(point.value or 0) + (point.margin or 0) for point in points]
    return min(lows), max(highs)


def _extent_with(
    points: Sequence[Point], fitted: Sequence[Fitted], aim: float | None
) -> tuple[float, float]:
    """The extent of the figures, widened for what else is drawn."""
    low, high = _extent(points)
    more = [end for f in fitted for end in (f.value - f.margin, f.value + f.margin)]
    more += [] if aim is None else [aim]
    return min([low, *more]), max([high, *more])


def _fitted_band(fitted: Sequence[Fitted], x: Scale, y: Scale) -> str:
    over = [(x.at(f.year), y.at(f.value + f.margin)) for f in fitted]
    under = [(x.at(f.year), y.at(f.value - f.margin)) for f in fitted]
    return _path(over + under[::-1]) + "Z"


def _ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers around low and high, at most `most` of them and at least two."""
    span = (high - low) or abs(high) or 1
    size = 10.0 ** _exponent(span / most)
    step = next(size * s for s in STEPS if span / (size * s) <= most - 1)
    first, last = int(low // step), -int(-high // step)
    return [round(n * step, 10) for n in range(first, max(last, first + 1) + 1)]


def _exponent(number: float) -> int:
    power = 0
    while 10**power > number:
        power -= 1
    while 10 ** (power + 1) <= number:
        power += 1
    return power


def _tick(tick: float, unit: Unit) -> str:
    shown = f"{abs(tick) * unit.scale:,.10f}".rstrip("0").rstrip(".")
    sign = "\N{MINUS SIGN}" if tick < 0 else ""
    return f"{sign}{unit.prefix}{shown}{'%' if unit.suffix == '%' else ''}"


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in places)


def _band(points: Sequence[Point], x: Scale, y: Scale) -> str:
    over = [(x.at(_year(p)), y.at((p.value or 0) + (p.margin or 0))) for p in points]
    under = [(x.at(_year(p)), y.at((p.value or 0) - (p.margin or 0))) for p in points]
    return _path(over + under[::-1]) + "Z"


def _bridge(a: Point, b: Point, x: Scale, y: Scale) -> str:
    return _path([(x.at(_year(p)), y.at(p.value or 0)) for p in (a, b)])


def _mark(point: Point, x: Scale, y: Scale, unit: Unit) -> Mark:
    note = f"{unit.margin(point.margin)} in {point.label}".strip()
    place = x.at(_year(point)), y.at(point.value or 0)
    return Mark(*place, unit.value(point.value), note, point.reliability not in ("good", ""))


def _time_ticks(points: Sequence[Point], x: Scale, is_narrow: bool) -> list[Mark]:
    """A window is named whole under its last year; where there is no room, every other one."""
    every = (2 if len(points) > 3 else 1) if is_narrow else (1 if len(points) < 7 else 2)
    chosen = list(reversed(points))[::every]
    return [Mark(x.at(_year(p)), 0, p.label) for p in reversed(chosen)]


def _bar(row: Range, n: int, x: Scale, step: int) -> Bar:
    has_value = row.value is not None
    return Bar(
        name=row.name,
        y=36 + step * (n + 0.55),
        x=None if row.value is None else x.at(row.value),
        low=x.at(row.low) if has_value else x.start,
        high=x.at(row.high) if has_value else x.end,
        text=row.text,
        has_caution=row.has_caution,
    )
