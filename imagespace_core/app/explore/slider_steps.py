"""The steps of a slider over numbers or dates: a few hundred, where values are, as the texts that an address keeps.

A step is written as people write it: "0.25", "1e-12", or a day, a month or a year, "2024-05-01", "1503". One outlier
does not take the steps from all the others: where nothing is, there are none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

MOST_STEPS = 300
ENOUGH_STEPS = 150
"""Finer ones are not looked for."""
LARGEST = float(np.finfo(np.float64).max)
LONGEST = 10**16
"""Numbers beyond are written with an exponent, but for those of columns of whole ones."""


@dataclass(frozen=True)
class SliderSteps:
    """texts: at least two, rising. limits: the first and the last value that a text stands for, e.g. of a year; raises
    ValueError for what is none."""

    texts: list[str]
    limits: Callable[[str], tuple[float, float]]

    def also(self, texts: list[str]) -> SliderSteps:
        """With the ends that an address has from elsewhere, where they lie between the first and the last."""
        first, last = self.limits(self.texts[0])[0], self.limits(self.texts[-1])[1]
        more = [text for text in texts if text not in self.texts and self._is_between(text, first, last)]
        return SliderSteps(sorted({*self.texts, *more}, key=self.limits), self.limits)

    def _is_between(self, text: str, first: float, last: float) -> bool:
        try:
            low, high = self.limits(text)
        except ValueError:
            return False
        return first <= low <= high <= last

    def range(self, low: str, high: str) -> tuple[float, float] | None:
        """The least and the greatest value from one step to another; None where that is all."""
        if (low, high) == (self.texts[0], self.texts[-1]):
            return None
        return (
            -math.inf if low == self.texts[0] else self.limits(low)[0],
            math.inf if high == self.texts[-1] else self.limits(high)[1],
        )


_LEAST_EXTENT = 1e-290
"""Nearer to nought floats lose their digits, and steps between them are none."""


def number_steps(values: np.ndarray, whole: bool) -> SliderSteps:
    """values: (n,), at least two different ones, NaN for missing. whole: whether all are whole numbers."""
    found = np.unique(values[np.isfinite(values)]).astype(np.float64)
    extent = float(found[-1] / 2 - found[0] / 2) * 2  # of 1e308 and -1e308 it is infinite
    if extent < _LEAST_EXTENT:
        return SliderSteps([repr(float(found[0])), repr(float(found[-1]))], lambda text: (_number(text), _number(text)))
    exponent = math.ceil(math.log10(min(extent, 1e308))) - 1
    texts, bins = _texts(found, 1, exponent, whole)
    for digit, power in ((digit, exponent - k) for k in range(1, 20) for digit in (5, 2, 1)):
        if (whole and power < 0) or bins >= min(ENOUGH_STEPS, len(found)):
            break
        finer, of_finer = _texts(found, digit, power, whole)
        if not 1 < len(finer) <= MOST_STEPS:
            break
        texts, bins = finer, of_finer
    if len(texts) < 2:  # numbers so near to each other for their size that no step lies between
        texts = [repr(float(found[0])), repr(float(found[-1]))]
    return SliderSteps(texts, lambda text: (_number(text), _number(text)))


def _texts(values: np.ndarray, digit: int, power: int, whole: bool) -> tuple[list[str], int]:
    """Multiples of digit * 10**power: the last one below each of the values, and the first above all; and how many of
    them have values above."""
    step = float(f"{digit}e{power}")
    if step == 0 or not math.isfinite(step):
        return [], 0
    below = np.floor(values / step)
    kept = below[np.append(True, np.diff(below) > 0)]
    above = math.ceil(float(values[-1]) / step)
    numbers = [*map(int, kept.tolist()), *([above] if above > kept[-1] else [])]
    return list(dict.fromkeys(_written(Decimal(number * digit).scaleb(power), whole) for number in numbers)), len(kept)


def _written(number: Decimal, whole: bool) -> str:
    if number == number.to_integral_value() and (whole or abs(number) < LONGEST):
        return str(int(number))
    return repr(min(max(float(number), -LARGEST), LARGEST))


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def date_steps(seconds: np.ndarray) -> SliderSteps:
    """seconds: float64 (n,), Unix seconds, at least two different days, NaN for missing."""
    days = np.unique(np.floor(seconds[np.isfinite(seconds)] / 86_400).astype(np.int64)).astype("datetime64[D]")
    for unit in ("D", "M"):
        periods = np.unique(days.astype(f"datetime64[{unit}]"))
        if 1 < len(periods) <= MOST_STEPS:
            return SliderSteps([str(period) for period in periods], _dates)
    years = np.unique(days.astype("datetime64[Y]")).astype(np.int64) + 1970
    size = next(size for size in (1, 2, 5, 10, 20, 50, 100) if len(np.unique(years // size)) <= MOST_STEPS)
    numbers = sorted({max(1, year) for year in (years // size * size).tolist()} | {int(years[-1])})
    return SliderSteps([f"{year:04d}" for year in numbers], _dates)


def _dates(text: str) -> tuple[float, float]:
    """The first and the last moment of a day, a month or a year, in Unix seconds."""
    if not text[:1].isdigit():
        raise ValueError(text)  # NumPy reads "now", "today" and "NaT" as well
    first = np.datetime64(text)
    unit = np.datetime_data(first.dtype)[0]
    if unit not in ("D", "M", "Y") or not 1 <= first.astype("datetime64[Y]").astype(int) + 1970 <= 9999:
        raise ValueError(text)
    low, after = (float(day.astype("datetime64[s]").astype(np.int64)) for day in (first, first + 1))
    return low, math.nextafter(after, -math.inf)
