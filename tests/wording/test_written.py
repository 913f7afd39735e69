"""What a visitor typed stands on the page as it was typed: held to what Streamlit's page does to text."""

import re
import unicodedata
from pathlib import Path

import pytest
import streamlit
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gruviz.wording.written import measured, plain, small

# ---- what the page does, in its own words

PAGE = Path(streamlit.__file__).parent / "static/static/js"

# after Markdown has been read, with all escapes gone, the page looks for these in what text is left:
# (as it stands in Streamlit's script, in Python, what it becomes)
FOUND_IN_TEXT = [
    (r"/(https?:\/\/|www(?=\.))([-.\w]+)([^ \t\r\n]*)/gi", r"(?ai:(https?://|www(?=\.))[-.\w]+[^ \t\r\n]*)", "a link"),
    (r"/(?<=^|\s|\p{P}|\p{S})([-.\w+]+)@([-\w]+(?:\.[-\w]+)+)/gu", r"(?a:([-.\w+]+)@([-\w]+(?:\.[-\w]+)+))", "a link"),
    (r"/:material_(\w+):/g", r"(?a::material_(\w+):)", "an icon"),
    (r"/:streamlit:/g", r":streamlit:", "a logo"),
    (r"/:\+1:|:-1:|:[\w-]+:/g", r"(?a::\+1:|:-1:|:[\w-]+:)", "an emoji"),
    (r"/(^|\s)<->(\s|$)/g", r"(\A|\s)<->(\s|\Z)", "an arrow"),
    (r"/(^|\s)->(\s|$)/g", r"(\A|\s)->(\s|\Z)", "an arrow"),
    (r"/(^|\s)<-(\s|$)/g", r"(\A|\s)<-(\s|\Z)", "an arrow"),
    (r"/(^|\s)--(\s|$)/g", r"(\A|\s)--(\s|\Z)", "a dash"),
    (r"/(^|\s)>=(\s|$)/g", r"(\A|\s)>=(\s|\Z)", "a sign"),
    (r"/(^|\s)<=(\s|$)/g", r"(\A|\s)<=(\s|\Z)", "a sign"),
    (r"/(^|\s)~=(\s|$)/g", r"(\A|\s)~=(\s|\Z)", "a sign"),
]


def test_streamlit_still_looks_for_what_is_kept_apart_here_and_for_nothing_else():
    """The copies above are this Streamlit's; another version has to be read again."""
    scripts = [
        path.read_text(encoding="utf-8")
        for name in ("StreamlitMarkdown", "remark-emoji")
        for path in PAGE.glob(f"{name}.*.js")
    ]
    assert len(scripts) == 2
    for as_written, _, _ in FOUND_IN_TEXT:
        assert any(as_written in script for script in scripts), as_written
    # whatever is looked for is handed over as a list that begins with a pattern
    assert len(re.findall(r",\[\[/", scripts[0])) == len(["links", "icons", "logo"])
    assert "replaceAll(`:material/`,`:material_`)" in scripts[0]


ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")  # CommonMark 0.31, section 2.4


def shown(markdown):
    """The text the page is left with: nothing but escapes may be markup in what `plain` gives."""
    assert not set(ESCAPE.sub("", markdown)) & set(r"\`*_{}[]()#+-.!|<>~$:&"), (
        f"a sign that may be markup is not escaped: {markdown!r}"
    )
    assert "\n" not in markdown
    assert "\r" not in markdown
    text = ESCAPE.sub(r"\1", markdown.replace(":material/", ":material_"))
    for _, pattern, what in FOUND_IN_TEXT:
        assert not re.search(pattern, text), f"{markdown!r} becomes {what}"
    return text


def as_typed(text):
    """What people see, without what nobody does."""
    return text.replace("\u200b", "")


MARKUP = [
    "www.x.org",
    "WWW.x.org",
    "see www.x.org/a_b?c=1&d=2.",
    "http://x.org",
    "https://x.org",
    "HtTpS://x.org",
    "ftp://x.org",
    "a@b.c",
    "a.b+c@d-e.f",
    "mailto:a@b.c",
    "xmpp:a@b.c/d",
    "<http://x.org>",
    "<a@b.c>",
    "[a](http://x.org)",
    "[a]: http://x.org",
    "![a](http://x.org/a.png)",
    "javascript:alert(1)",
    "wwww.x.org",
    "www.www.x",
    "(www.x.org)",
    "http://www.x.org",
    "www.x@y.z",
    ":material/home:",
    ":material_home:",
    ":Material/home:",
    "a:material/home:b",
    ":smile:",
    ":+1:",
    ":-1:",
    ":a:b:c:",
    "::smile::",
    ":streamlit:",
    ":red[a]",
    ":red-background[a]",
    ":blue-badge[a]",
    ":color[a]{foreground=red}",
    ":shimmer[a]",
    ":help[a]",
    ":small[a]",
    "::name[a]",
    ":::name",
    "$x$",
    "$$x$$",
    "\\(x\\)",
    "\\$x$",
    "`a`",
    "``a``",
    "```a```",
    "~~~",
    "~~a~~",
    "~a~",
    "**a**",
    "__a__",
    "*a*",
    "_a_",
    "# a",
    "#",
    "a\n===",
    "a\n---",
    "---",
    "***",
    "___",
    "- a",
    "* a",
    "+ a",
    "1. a",
    "1) a",
    "> a",
    "- [ ] a",
    "|a|b|\n|-|-|\n|1|2|",
    "<b>a</b>",
    "<!-- a -->",
    "<script>",
    "&amp;",
    "&lt;",
    "&#42;",
    "&#x2a;",
    "[^1]",
    "[^1]: a",
    "a  \nb",
    "a\\\nb",
    "\\",
    "\\\\",
    "a\r\nb",
    "->",
    "<-",
    "<->",
    "--",
    ">=",
    "<=",
    "~=",
    "a -> b",
    "a -- b",
    "a\n->\nb",
    "-->",
    "-5",
    "1e-5",
    "10:30:00",
    "가.나@다.라",
    "한글 www.한글",
]


@pytest.mark.parametrize("text", MARKUP)
def test_what_looks_like_markup_is_shown_as_it_was_typed(text):
    assert as_typed(shown(plain(text))) == re.sub(r"[\n\r]", " ", text)


@pytest.mark.parametrize("text", MARKUP)
def test_it_does_so_inside_a_sentence(text):
    sentence = f'Line 3, column 2 holds "{text}", which is no number.'
    assert as_typed(shown(plain(sentence))) == re.sub(r"[\n\r]", " ", sentence)


SIGNS = st.sampled_from(
    [
        *"\\`*_{}[]()#+-.!|<>~$:@/&;=,\"' \n\tax1w",
        "www",
        "www.",
        "http",
        "://",
        "material",
        "_",
        ":material",
        "@b.c",
        "é",
        "가",
    ]
)


@settings(max_examples=1000)
@given(st.lists(SIGNS, max_size=14).map("".join) | st.text(st.characters(exclude_characters="\u200b")))
@example("www\u200d.x.org")
@example("a@@b.c")
@example(":\u0661:")
def test_any_text_is_shown_as_it_was_typed(text):
    assert as_typed(shown(plain(text))) == re.sub(r"[\n\r]", " ", text)


@pytest.mark.parametrize(
    "text",
    ["Line 3 has 2 values; give 3.", "-2.5e-1, +3", "half-life 5: 0.5", "값이 2개입니다. 3개로 주십시오.", "x_1"],
)
def test_ordinary_sentences_get_nothing_unseen(text):
    assert not any(unicodedata.category(letter) == "Cf" for letter in plain(text))


def test_it_takes_time_in_proportion():
    for unit in (":", ":a", "a:", "@", "a@", "www", "www.", "-", "<", ":-", "://", "\\", "\n", "_"):
        assert len(plain(unit * 100_000)) <= 3 * len(unit) * 100_000  # quadratic time would not come to an end


@pytest.mark.parametrize(
    ("value", "said"), [(0.0, "0"), (1.23e-7, "1e−7"), (9.6e-4, "1e−3"), (1e-12, "1e−12"), (0.123, "0.12")]
)
def test_small_distances_have_one_digit(value, said):
    assert small(value) == said


def test_a_share_is_said_in_per_cent_and_a_number_in_three_digits():
    assert (measured(0.9874, "%"), measured(0.02914, ""), measured(1.0, "%")) == ("98.7%", "0.0291", "100.0%")
