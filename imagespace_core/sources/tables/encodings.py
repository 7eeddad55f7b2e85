"""How the text of a table is encoded: as it says itself, or as people say; a guess is only proposed."""

from __future__ import annotations

import codecs
import re
import unicodedata
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, TextIO

from imagespace_core.errors import InputError

_PIECE_BYTES = 1 << 20
_SAMPLE_BYTES = 1 << 16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark starts with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_ENCODINGS = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp932", "gb18030", "big5", "cp949",
    "mac_roman", "koi8_r",
)  # fmt: skip
"""What spreadsheets write in the parts of the world, when they do not write UTF-8; the first of equal ones is named."""
_PROPOSALS = 5
_BEYOND_ASCII = re.compile(r"\w*[^\x00-\x7f]\w*")
_USUAL_SIGNS = "“”„‘’–—…«»€£§©°·"


def open_text(file: Path, newline: str | None = "", encoding: str | None = None) -> TextIO:
    """A text file, opened once all of it has been looked at, see `text_encoding`. newline: as of `open`."""
    return file.open(encoding=text_encoding(file, encoding), newline=newline)


def text_encoding(file: Path, given: str | None = None) -> str:
    """UTF-8, or UTF-16 or UTF-32 with a byte order mark; read with it the mark is taken off.

    given: the encoding that people chose, or UTF-8 where they may choose one (--encoding); None where they may not.
    All of the file is looked at, a piece at a time. Raises InputError that names the byte and the line where the
    encoding is wrong, and the encodings that would fit: guessing one would turn names and labels into other names and
    labels without a word.
    """
    if given is not None:
        check_encoding(given)
    try:
        with file.open("rb") as stream:
            return _checked(file, stream, given)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error


def check_encoding(name: str) -> None:
    """Raises InputError where Python knows no such encoding of text."""
    try:
        known = codecs.lookup(name)
        "".encode(name)  # refused for what is no encoding of text, such as base64
    except (LookupError, ValueError):
        raise InputError(f"--encoding {name}: there is no such encoding; usual are {', '.join(_ENCODINGS)}") from None
    if known.name == "idna" or known.name.endswith("escape"):
        raise InputError(f"--encoding {name} is none of files; usual are {', '.join(_ENCODINGS)}")


def start_of(file: Path, given: str | None = None) -> str:
    """The first characters, for a look at what a file is. Nothing is checked."""
    with file.open("rb") as stream:
        start = stream.read(4096)
    return start.decode(_marked(start) or given or "utf-8", errors="replace")


def _marked(start: bytes) -> str | None:
    return next((name for mark, name in _MARKS if start.startswith(mark)), None)


def _checked(file: Path, stream: BinaryIO, given: str | None) -> str:
    """Raises InputError where the encoding is wrong, for no text, and for an empty file."""
    start = stream.read(4)
    stream.seek(0)
    marked = _marked(start)
    chosen = given if given and codecs.lookup(given).name != "utf-8" else None
    if marked and chosen and not codecs.lookup(chosen).name.startswith(marked.removesuffix("-sig")):
        raise InputError(f"{file} begins with the mark of {_title(marked)}; leave --encoding {given} out")
    encoding = marked or chosen or "utf-8-sig"
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, returns, blank, nul = 0, 0, True, False
    piece = None
    while piece != b"":
        piece = stream.read(_PIECE_BYTES)
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            before = piece[: max(0, error.start - (len(error.object) - len(piece)))]
            line = max(lines + before.count(b"\n"), returns + before.count(b"\r")) + 1
            byte = f"byte 0x{error.object[error.start]:02x} in line {line}"
            remedy = _proposed(file, chosen) if given and not marked else ""
            raise InputError(
                f"{file} is not valid {_title(encoding)}: {byte}; {remedy}save it as UTF-8 (in a spreadsheet: “CSV "
                "UTF-8”)"
            ) from error
        lines, returns = lines + piece.count(b"\n"), returns + piece.count(b"\r")
        blank, nul = blank and not text.strip(), nul or "\0" in text
    if blank:
        raise InputError(f"{file} is empty; expected a header with a filename column, and rows")
    if nul:
        remedy = _proposed(file, chosen) if given and not marked else ""
        raise InputError(f"{file} holds NUL characters: UTF-16 without its mark, or no text; {remedy}save it as UTF-8")
    return encoding


def _title(encoding: str) -> str:
    return encoding.upper().removesuffix("-SIG")


def _proposed(file: Path, wrong: str | None) -> str:
    """What to add to the command, with the words that show which of the encodings is the right one."""
    if (utf16 := _without_mark(file)) and wrong is None:
        return f"add --encoding {utf16}, or "
    sample = _lines_beyond_ascii(file)
    if wrong and _reads_as(sample, "utf-8"):
        return f"leave --encoding {wrong} out, or "
    readings: dict[str, str] = {}
    strangeness: dict[str, float] = {}
    for name in _ENCODINGS:
        words = _BEYOND_ASCII.findall(_reads_as(sample, name) or "")
        shown = " ".join(dict.fromkeys(words[:2]))
        if words and name != wrong and shown not in readings.values():
            readings[name] = shown
            strangeness[name] = sum(map(_strange, words)) / len(words)
    likely = sorted(readings, key=lambda name: strangeness[name])[:_PROPOSALS]
    likely = [name for name in likely if strangeness[name] <= strangeness[likely[0]] + 0.25]
    options = " or ".join(f"--encoding {name} (it reads “{readings[name]}”)" for name in likely)
    return f"add {options}, or " if options else ""


def _reads_as(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeDecodeError:
        return None


def _lines_beyond_ascii(file: Path) -> bytes:
    """The first whole lines that hold other bytes than ASCII's."""
    kept, size = [], 0
    with file.open("rb") as stream:
        for line in stream:
            if not line.isascii():
                kept.append(line)
                size += len(line)
                if size > _SAMPLE_BYTES:
                    break
    return b"".join(kept)


def _strange(word: str) -> float:
    """How little it looks like a word: signs among letters, letters of several scripts, capitals behind small ones.

    >>> _strange("Café"), _strange("Cafй"), _strange("CafÈ"), _strange("Çâ¸çäíàÿ")
    (0, 2, 1, 3)
    """
    letters = [letter for letter in word if letter.isalpha()]
    scripts = {_script(letter) for letter in letters}
    foreign = sum(not letter.isascii() for letter in letters)
    found = sum(not letter.isascii() and not letter.isalnum() and letter not in _USUAL_SIGNS for letter in word)
    found += 2 * (len(scripts) > 1)
    found += any(a.islower() and b.isupper() and not b.isascii() for a, b in pairwise(word))
    found += 2 * (scripts == {"LATIN"} and len(letters) > 2 and foreign > len(letters) / 2)
    return found


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "?").partition(" ")[0]
    return "CJK" if name in ("HIRAGANA", "KATAKANA", "HALFWIDTH", "FULLWIDTH") else name


def _without_mark(file: Path) -> str | None:
    """Which UTF-16 it is, as the places of NULs in Latin text say."""
    with file.open("rb") as stream:
        start = stream.read(4096)
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) or max(even, odd) < len(start) / 4:
        return None
    return "utf-16-le" if odd else "utf-16-be"
