"""Escapes text that is data, so that Markdown shows it letter by letter.

Everything that Streamlit renders is Markdown: labels, options of segmented controls and pills, captions, titles,
messages, help texts. Options of select boxes, placeholders and tables are plain text.
"""

from __future__ import annotations

import re

JOINER = "\u2060"
"""Word joiner: nobody sees it."""

_SIGNS = re.compile(r"([\\`*_{}\[\]#|<>~$:&])")
_FIRST = re.compile(r"^([-+=]|\d{1,9}(?=[.)](?:\s|$)))")
# What Streamlit looks for in the text that is left once Markdown is read, where a backslash says nothing any more:
# emoji, icons and its logo between colons, addresses to make links of, and arrows and dashes that stand alone.
_READ_LATER = re.compile(
    r"(?<=:)(?=[\w+/-]+:)|(?<=http)(?=s?://)|(?<=www)(?=\.)|(?<=@)(?=[-\w]+\.)"
    r"|(?:(?<=^[-<>~])|(?<=\s[-<>~]))(?=[->=]+(?:\s|$))",
    re.IGNORECASE,
)


def literal(text: object) -> str:
    """Markdown that shows a text letter by letter, in one line: file names, values, notes, messages of errors.

    >>> print(literal("![x](http:…) *b* :red[c] $d$"))
    !\\[x\\](http\\:…) \\*b\\* \\:red\\[c\\] \\$d\\$
    """
    line = _READ_LATER.sub(JOINER, " ".join(str(text).split()))
    return _FIRST.sub(_escaped_first, _SIGNS.sub(r"\\\1", line))


def _escaped_first(found: re.Match[str]) -> str:
    """What would begin a list or underline a heading: the sign itself, or the one behind a number."""
    return f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}"
