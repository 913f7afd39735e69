"""Numbers as people read them, and a visitor's text that must not be read as markup."""

from __future__ import annotations

import re

# Streamlit's page looks for these in the text that is left when Markdown, escapes included, has been read:
# only a sign that nobody sees keeps them apart
_UNSEEN = "\u200b"
_FOUND_IN_TEXT = re.compile(
    r"""
    (?<=www)(?=\.) | (?<=:)(?=//) | (?<=@)(?=[-\w])  # links: www.x.org, http://x, a@b.c
    | (?<=:)(?=material/)                            # becomes :material_ wherever it stands
    | (?<=:)(?=[-+\w/]+:)                            # pictures: :smile: :material/home: :material_home: :streamlit:
    | (?<=[-<>~])(?=[-=>])                           # arrows: -> <- <-> -- >= <= ~=
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ESCAPED = {ord(sign): f"\\{sign}" for sign in r"\`*_{}[]()#+-.!|<>~$:&"} | {ord(end): " " for end in "\n\r"}


def small(value: float) -> str:
    """A distance that is hoped to be near 0: one digit where it is.

    >>> small(0.0), small(1.23e-7), small(0.123)
    ('0', '1e−7', '0.12')
    """
    # with a minus sign: browsers break a line behind a hyphen
    small_one = f"{value:.0e}".replace("e-0", "e-").replace("-", "\u2212")
    return "0" if value == 0 else small_one if value < 1e-3 else f"{value:.2g}"


def measured(value: float, unit: str) -> str:
    """A metric in its unit: "%" for a share, "" for a plain number.

    >>> measured(0.987, "%"), measured(0.0291, "")
    ('98.7%', '0.0291')
    """
    return f"{value:.1%}" if unit == "%" else f"{value:.3g}"


def subtracted(value: float) -> str:
    """Write a number that is subtracted, with one sign only.

    >>> subtracted(0.5), subtracted(-0.02007), subtracted(-0.0)
    ('− 0.5', '+ 0.02007', '− 0')
    """
    return f"{'+' if value < 0 else '−'} {abs(value):.4g}"


def plain(text: str) -> str:
    """A visitor's text that Streamlit's Markdown shows as it was written: no link, no picture, no markup.

    Args:
        text: any text; it stays on one line. Not what has been through here before.

    Returns:
        Markdown for the middle of a line. Where only that helps, a zero-width space keeps two signs apart.

    Source: CommonMark 0.31 section 2.4 (every ASCII punctuation character can be escaped); what the page does
    to text afterwards stands in Streamlit's StreamlitMarkdown and in mdast-util-gfm-autolink-literal.

    Example:
        >>> plain("a*b"), plain("www.x"), plain("12:30")
        ('a\\\\*b', 'www\\u200b\\\\.x', '12\\\\:30')
    """
    return _FOUND_IN_TEXT.sub(_UNSEEN, text).translate(_ESCAPED)
