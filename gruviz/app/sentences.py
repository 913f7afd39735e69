"""What goes wrong, said on the page in one sentence of its language."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from gruviz.wording.problems import Problem
from gruviz.wording.words import words
from gruviz.wording.written import plain

log = logging.getLogger(__name__)


@contextmanager
def one_sentence(language: str) -> Iterator[None]:
    """Whatever goes wrong inside is one sentence on the page, never a traceback; the log has it whole."""
    try:
        yield
    except Problem as problem:
        # only what cannot be drawn at all comes here; bad input is met in _draw, which keeps the last good picture
        st.error(sentence(problem, language))
    except Exception as error:
        log.exception("the page could not be drawn")
        st.error(words(language)["page"]["unexpected"].format(what=type(error).__name__))


def sentence(problem: Problem, language: str) -> str:
    """A problem in the page's language, safe in Markdown."""
    text = words(language)["problems"][problem.key].format(**problem.fields)
    return plain(text)
