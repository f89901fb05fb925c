"""Readings over time as a picture: two lines on one scale, in millimetres of mercury."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.archives.dossier import Measured

WIDTH, HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 12, 30
_STEP = 20


@dataclass(frozen=True, slots=True)
class Dot:
    """One value on the picture."""

    x: float
    y: float
    value: int
    at_us: int


@dataclass(frozen=True, slots=True)
class ReadingsChart:
    """Where everything stands, in the picture's own units; `rungs` are the lines of the scale."""

    high: tuple[Dot, ...]
    low: tuple[Dot, ...]
    rungs: tuple[tuple[int, float], ...]
    first_us: int
    last_us: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT

    @staticmethod
    def path(dots: Sequence[Dot]) -> str:
        """The points of a line."""
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots)


def readings_chart(readings: Sequence[Measured]) -> ReadingsChart | None:
    """The picture of at least two pressures; None where there is no line to draw."""
    values = [
        number
        for reading in readings
        for number in (reading.systolic_mmhg, reading.diastolic_mmhg)
        if number is not None
    ]
    times = [reading.at_us for reading in readings]
    if len(values) < 2 or len(set(times)) < 2:
        return None
    bottom = min(values) // _STEP * _STEP
    top = -(-max(values) // _STEP) * _STEP
    top = top if top > bottom else bottom + _STEP
    first, last = min(times), max(times)

    def x(at_us: int) -> float:
        return _LEFT + (at_us - first) / (last - first) * (WIDTH - _LEFT - _RIGHT)

    def y(value: int) -> float:
        return _TOP + (top - value) / (top - bottom) * (HEIGHT - _TOP - _BOTTOM)

    def dots(name: str) -> tuple[Dot, ...]:
        known = ((reading.at_us, getattr(reading, name)) for reading in readings)
        return tuple(Dot(x(at), y(value), value, at) for at, value in known if value is not None)

    rungs = tuple((value, y(value)) for value in range(bottom, top + 1, _STEP))
    return ReadingsChart(dots("systolic_mmhg"), dots("diastolic_mmhg"), rungs, first, last)
