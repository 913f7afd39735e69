"""Every sentence exists in both languages, carries its fields, and survives hostile text and pickling."""

import ast
import copy
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gruviz.inputs.synthetic import FAMILIES
from gruviz.wording.problems import Problem, placeholders
from gruviz.wording.words import words

SOURCES = sorted((Path(__file__).parents[2] / "gruviz").rglob("*.py"))
ENGLISH = words("en")
KOREAN = words("ko")
TABLES = ("problems", "families", "families_about", "parameters")


def _raised() -> list[tuple[str, str, set[str | None]]]:
    """Find every Problem raised: where, its key, its fields; None among them stands for `**more`."""
    found = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem":
                where = f"{path.name}:{node.lineno}"
                assert len(node.args) == 1, f"{where}: the key must be written out"
                assert isinstance(node.args[0], ast.Constant), f"{where}: the key must be written out"
                found.append((where, node.args[0].value, {word.arg for word in node.keywords}))
    return found


RAISED = _raised()


def test_the_sources_raise_the_problems_this_file_checks():
    assert {"ragged_row", "not_a_number", "npy_bytes", "unknown_family"} <= {key for _, key, _ in RAISED}


@pytest.mark.parametrize("words", [ENGLISH, KOREAN], ids=["en", "ko"])
@pytest.mark.parametrize(("where", "key", "fields"), RAISED, ids=[f"{where} {key}" for where, key, _ in RAISED])
def test_each_problem_has_a_sentence_with_exactly_its_fields(words, where, key, fields):
    assert key in words["problems"], f"{where} raises {key}, which has no sentence"
    wanted, written = placeholders(words["problems"][key]), fields - {None}
    assert written <= wanted if None in fields else written == wanted, where


def test_no_sentence_is_left_that_nothing_raises():
    assert set(ENGLISH["problems"]) == {key for _, key, _ in RAISED}


@pytest.mark.parametrize("table", TABLES)
def test_both_languages_have_the_same_keys_in_the_same_order(table):
    assert list(ENGLISH[table]) == list(KOREAN[table])


@pytest.mark.parametrize("words", [ENGLISH, KOREAN], ids=["en", "ko"])
def test_every_family_and_parameter_has_words(words):
    assert list(words["families"]) == list(words["families_about"]) == list(FAMILIES)
    used = {parameter.name for family in FAMILIES.values() for parameter in family.parameters}
    assert set(words["parameters"]) == used | {"steps", "seed"}


@pytest.mark.parametrize("key", list(ENGLISH["problems"]))
def test_an_english_problem_is_one_sentence(key):
    assert ENGLISH["problems"][key].endswith(".")
    assert ". " not in ENGLISH["problems"][key]
    assert "\n" not in ENGLISH["problems"][key]


def test_korean_is_korean():
    for table in ("problems", "families", "families_about", "parameters"):
        for key, sentence in KOREAN[table].items():
            assert any("가" <= letter <= "힣" for letter in sentence), (table, key)


def test_the_sentence_carries_its_fields():
    problem = Problem("ragged_row", line=3, found=2, expected=7)
    assert isinstance(problem, ValueError)
    assert (problem.key, problem.fields) == ("ragged_row", {"line": 3, "found": 2, "expected": 7})
    assert str(problem).startswith("Line 3 has 2 values where the first line has 7;")
    assert "3" in KOREAN["problems"]["ragged_row"].format(**problem.fields)


@pytest.mark.parametrize(
    ("key", "fields"),
    [
        ("no_such_key", {}),
        ("ragged_row", {"line": 3, "found": 2}),
        ("ragged_row", {"line": 3, "found": 2, "expected": 3, "column": 1}),
    ],
)
def test_a_wrong_key_or_field_fails_loudly(key, fields):
    with pytest.raises(KeyError):
        Problem(key, **fields)


@given(st.text(st.characters(exclude_categories=())))
def test_user_text_is_never_interpreted_and_is_cut(word):
    problem = Problem("not_a_number", line=1, column=2, word=word)
    shown = problem.fields["word"]
    assert len(shown) <= 40
    assert str(problem) == f'Line 1, column 2 holds "{shown}", which is not a number; ' + (
        "write a number such as 0.5, -2 or 1e-3."
    )
    assert str(problem).isprintable()


def test_braces_stay_as_typed_and_long_text_says_it_was_cut():
    assert '"{line.__class__}"' in str(Problem("not_a_number", line=1, column=2, word="{line.__class__}"))
    assert Problem("not_a_number", line=1, column=2, word="x" * 41).fields["word"] == "x" * 39 + "…"
    assert Problem("not_a_number", line=1, column=2, word="x" * 40).fields["word"] == "x" * 40


def test_a_long_list_is_not_cut_inside_its_names():
    names = tuple(f"column {i}" for i in range(20))
    assert Problem("no_column_chosen", choices=names).fields["choices"] == ", ".join(names)
    assert Problem("no_column_chosen", choices=names * 2).fields["choices"].endswith("column 3, …")


@pytest.mark.parametrize("again", [lambda p: pickle.loads(pickle.dumps(p)), copy.copy, copy.deepcopy])
def test_a_problem_survives_pickling_and_copying(again):
    names = tuple(f"a column with quite a long name {i}" for i in range(30))
    problem = Problem("unknown_column", found="y" * 100, choices=names)
    copied = again(problem)
    assert type(copied) is Problem
    assert (copied.key, copied.fields, str(copied)) == (problem.key, problem.fields, str(problem))
