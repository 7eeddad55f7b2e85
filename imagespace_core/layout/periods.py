"""The periods of a timeline: years, months or days, whichever suits the dates, and their names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOST_COLUMNS = 60
"""Of days and months fewer where there are few images, see `most`: 40 columns of one image each are no stacks."""
FEW_COLUMNS = 5
LONGEST_GAP = 2
LEFT_OUT = "⋯"
"""Stands on the axis where a stretch without images is shortened."""

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Grain:
    """unit: "D", "M" or "Y", as NumPy calls them; years: how many make a period, for "Y"."""

    unit: str
    years: int = 1

    @property
    def title(self) -> str:
        return {"D": "day", "M": "month"}.get(self.unit, "year" if self.years == 1 else f"{self.years:,} years")

    def most(self, n: int) -> int:
        """How many columns suit n images: of days and months 12 up to 9 images, 25 for 40, 60 from 225 on."""
        return MOST_COLUMNS if self.unit == "Y" else int(np.clip(4 * n**0.5, 12, MOST_COLUMNS))

    def number(self, seconds: np.ndarray) -> np.ndarray:
        """int64 Unix seconds -> int64: which period since 1970 (since the year 0 where a period is several years)."""
        number = seconds.astype("datetime64[s]").astype(f"datetime64[{self.unit}]").astype(np.int64)
        return number if self.years == 1 else (number + 1970) // self.years

    def name(self, number: int) -> str:
        """What people call the period.

        >>> Grain("D").name(0), Grain("M").name(13), Grain("Y").name(53), Grain("Y", 10).name(199)
        ('1 Jan 1970', 'Feb 1971', '2023', '1990–1999')
        """
        if self.unit == "Y":
            first = self.begin(number)
            return first if self.years == 1 else f"{first}–{number * self.years + self.years - 1}"
        months = number if self.unit == "M" else int(np.datetime64(number, "D").astype("datetime64[M]").astype(int))
        month = f"{_MONTHS[months % 12]} {months // 12 + 1970}"
        if self.unit == "M":
            return month
        return f"{int((np.datetime64(number, 'D') - np.datetime64(months, 'M')).astype(int)) + 1} {month}"

    def begin(self, number: int) -> str:
        """The same, of several years only the first; there is no year 0.

        >>> Grain("Y").begin(53), Grain("Y", 10).begin(199)
        ('2023', '1990')
        """
        if self.unit != "Y":
            return self.name(number)
        return str(number + 1970 if self.years == 1 else number * self.years or 1)


@dataclass(frozen=True)
class Periods:
    """numbers: int64 (p,), rising, those with a date. slots: int64 (p,), the column of each, with room for the empty
    ones between. of: int64 (n,), the number of each date's period in these. shortened: whether long gaps are."""

    grain: Grain
    numbers: np.ndarray
    slots: np.ndarray
    of: np.ndarray
    shortened: bool

    def axis(self) -> list[tuple[float, str]]:
        """What stands along the axis: the slot and the name of every period, of several years the first, the empty ones
        too; a sign where a long stretch of them is shortened."""
        found: list[tuple[float, str]] = []
        before, slot = int(self.numbers[0]), int(self.slots[0])
        for number, at in zip(self.numbers.tolist(), self.slots.tolist(), strict=True):
            if number - before == at - slot:
                found += [(slot + k, self.grain.begin(before + k)) for k in range(1, at - slot)]
            else:
                found.append(((slot + at) / 2, LEFT_OUT))
            found.append((at, self.grain.begin(number)))
            before, slot = number, at
        return found

    def left_out(self) -> list[str]:
        """The stretches that are shortened, as "1971–2022"."""
        jumps = np.flatnonzero(np.diff(self.numbers) > np.diff(self.slots)) if self.shortened else ()
        ends = [(int(self.numbers[jump]) + 1, int(self.numbers[jump + 1]) - 1) for jump in jumps]
        names = [(self.grain.name(first), self.grain.name(last)) for first, last in ends]
        if self.grain.years > 1:
            return [f"{first.split('–')[0]}–{last.split('–')[1]}" for first, last in names]
        return [f"{first}–{last}" if self.grain.unit == "Y" else f"{first} – {last}" for first, last in names]


def periods(seconds: np.ndarray) -> Periods:
    """int64 (n,) Unix seconds, n >= 1 -> the periods that suit them best.

    The finest of day, month, year, 10, 100, ... years that makes at most `Grain.most` columns, the empty ones between
    them counted. Where that leaves fewer than FEW_COLUMNS with images (one camera thought it was 1970), the finest that
    has at most so many with images, and stretches of more than LONGEST_GAP empty ones shrink to that.
    """
    n = len(seconds)
    grains = [Grain("D"), Grain("M")]
    extent = int(Grain("Y").number(seconds[[seconds.argmax()]])[0] - Grain("Y").number(seconds[[seconds.argmin()]])[0])
    grains += [Grain("Y", 10**power) for power in range(len(str(extent)) + 1)]
    found = [_in(grain, seconds) for grain in grains]
    full = next(p for p in found if p.numbers[-1] - p.numbers[0] < p.grain.most(n))
    if len(full.numbers) < FEW_COLUMNS:
        short = next(p for p in found if len(p.numbers) <= p.grain.most(n))
        if len(short.numbers) > len(full.numbers):
            steps = np.minimum(np.diff(short.numbers), LONGEST_GAP + 1)
            return Periods(short.grain, short.numbers, np.append(0, np.cumsum(steps)), short.of, True)
    return full


def _in(grain: Grain, seconds: np.ndarray) -> Periods:
    numbers, of = np.unique(grain.number(seconds), return_inverse=True)
    return Periods(grain, numbers, numbers - numbers[0], of, False)
