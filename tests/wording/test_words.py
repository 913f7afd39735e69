"""Both languages say the same things, everything the code asks for is there, and nothing is left over."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from gruviz.app.readers import SOURCES
from gruviz.app.subject.reading import HEADER
from gruviz.drawing.pooling import STATISTICS
from gruviz.inputs.scaling import SCALINGS
from gruviz.inputs.synthetic import FAMILIES
from gruviz.inputs.text import ENCODINGS, NOT_UTF_8, UNITS
from gruviz.models.gru import MODELS
from gruviz.protocol.view import PANELS
from gruviz.sources.derived import Closed, Fitted, Misread
from gruviz.sources.link import ORIGINS
from gruviz.tasks.catalogue import TASKS
from gruviz.tracing.analysis import ORDERS
from gruviz.tracing.gate_trace import GATES
from gruviz.training.loop import Outcome
from gruviz.training.plan import INITS
from gruviz.wording.problems import placeholders
from gruviz.wording.words import FOLDER, LANGUAGES, words

ROOT = Path(__file__).parents[2]
SOURCES_OF_THE_PAGE = [ROOT / "app.py", *sorted((ROOT / "gruviz").rglob("*.py"))]
ENGLISH, KOREAN = words("en"), words("ko")
TEXTS = [(table, key) for table in ENGLISH for key in ENGLISH[table]]
ANSWERS = ("y_classes", "y_signs", "y_numbers", "y_near")  # what a head says, by what it is
EXPECTED = {
    "families": set(FAMILIES),
    "families_about": set(FAMILIES),
    "parameters": {p.name for family in FAMILIES.values() for p in family.parameters} | {"steps", "seed"},
    "gates": {*PANELS},
    "captions": {"x", *GATES, *ANSWERS},
    "captions_short": {"x", *GATES, *ANSWERS},
    "sentences": {*ORIGINS, "random_between", "random_saturated"},
    "hover": {"unit", "units", "step", "steps", "pooled", *GATES},
    "models": set(MODELS),
    "models_about": set(MODELS),
    "weights": set(ORIGINS) - set(TASKS),
    "stories": set(ORIGINS) - set(TASKS),
    **{table: set(TASKS) for table in ("tasks", "tasks_about", "task_stories", "task_checks")},
    "task_parameters": {p.name for task in TASKS.values() for p in task.parameters},
    "training_outcomes": set(get_args(Outcome)),
    "orders": set(ORDERS),
    "statistics": set(STATISTICS),
    "phases": {"read", *GATES},
}
# idioms that the glossary of the project replaces by standard terms
IDIOMS = {
    "en": r"\b(says|said|due|bends?|bent|guess|guesses|guessing|lives? by|cut out|never trained on|free run|afresh)\b",
    "ko": r"구부|붙잡|찍으면|잘라 |자르기|짐작|정답|되풀이|그대로의 실행|얼어붙|손에 든",
}
# keys the code puts together: (table, what stands before the choice), and the choices
PREFIXED = {
    ("page", "source_"): SOURCES,
    ("page", "header_"): HEADER,
    ("page", "scaling_"): SCALINGS,
    ("page", "encoding_"): NOT_UTF_8,
    ("train", "init_"): INITS,
    ("task_metrics", "baseline_"): {task.metric.name for task in TASKS.values()},
    ("terms", "metric_"): {task.metric.name for task in TASKS.values()},
    ("compare", "closing_"): Closed.changes,
    ("compare", "side_read_"): {*Misread.changes, *Fitted.changes},
}
# texts of [page] that are named by a choice itself
CHOSEN = {*UNITS, *ENCODINGS, "before", "after"}


def hover_fields(text):
    return Counter(re.findall(r"%\{[^}]*\}", text))


def plain_fields(text):
    """Counted {name} of a text, those of Plotly's %{...} left out."""
    return Counter(re.findall(r"\{([^}:!]*)", re.sub(r"%\{[^}]*\}", "", text)))


def trees():
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES_OF_THE_PAGE]


def subscripts(tree):
    """Every x["..."] in which x is a name or itself a subscript: (what x is, key)."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.slice.value, str)
        ):
            yield ast.unparse(node.value), node.slice.value


# ---- the two languages


def test_there_are_two_languages_and_a_file_for_each():
    assert set(LANGUAGES) == {"en", "ko"}
    assert {path.stem for path in FOLDER.glob("*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", ["fr", "", "EN", "../en"])
def test_another_language_is_refused_by_name(language):
    with pytest.raises(ValueError, match=r"^There are no words in .*; the languages are en, ko\.$"):
        words(language)


def test_both_have_the_same_tables_and_keys_in_the_same_order():
    assert list(ENGLISH) == list(KOREAN)
    for table in ENGLISH:
        assert list(ENGLISH[table]) == list(KOREAN[table]), table


@pytest.mark.parametrize(("table", "key"), TEXTS)
def test_each_text_has_the_same_placeholders_in_both(table, key):
    english, korean = ENGLISH[table][key], KOREAN[table][key]
    assert hover_fields(english) == hover_fields(korean)
    # a sentence may name a limit twice in one language
    assert set(plain_fields(english)) == set(plain_fields(korean))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_padded(language):
    for table, texts in words(language).items():
        for key, text in texts.items():
            assert isinstance(text, str), (table, key)
            # this one is put behind another text
            padded = (table, key) == ("page", "badge_prefix")
            assert text.strip(), (table, key)
            assert padded or text.strip() == text, (table, key)


def test_korean_is_korean_and_english_is_not():
    names = {("page", "title")} | {("models", key) for key in MODELS}
    for table, key in TEXTS:
        has_hangul = any("가" <= letter <= "힣" for letter in KOREAN[table][key])
        assert has_hangul or (table, key) in names, (table, key)
        assert not any("가" <= letter <= "힣" for letter in ENGLISH[table][key]), (table, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_use_the_standard_terms(language):
    found = [
        (table, key, match[0])
        for table, texts in words(language).items()
        for key, text in texts.items()
        if (match := re.search(IDIOMS[language], re.sub(r"\{\w+", "{", text)))
    ]
    # this one speaks of the page, not of a model
    assert [each for each in found if each != ("train", "story_later", "says")] == []


def test_korean_has_one_register():
    formal = [(table, key) for table in KOREAN for key, text in KOREAN[table].items() if re.search("니다|십시오", text)]
    assert formal == []


def test_one_korean_word_names_one_thing():
    # the menu is called 보기; the tool that only selects has another name
    assert [key for table in KOREAN for key, text in KOREAN[table].items() if text == "보기"] == ["view_short"]
    # a stretch without events has one name wherever it is spoken of
    gaps = [(table, key) for table in KOREAN for key, text in KOREAN[table].items() if "간격" in text]
    assert gaps == []
    for table, key in (("parameters", "gap"), ("task_parameters", "gap"), ("stage", "whatif_idea_gap")):
        assert "빈 구간" in KOREAN[table][key]


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_of_the_keyboard_are_spelled_one_way(language):
    for key, text in words(language)["stage"].items():
        assert not re.search("(?<![A-Za-z])(?:shift|ctrl)(?![A-Za-z])", text), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hint_of_a_tool_says_what_it_does_and_not_what_was_edited(language):
    stage = words(language)["stage"]
    assert stage["whatif_hint_look"].startswith(f"{stage['whatif_tool_look']}:")


def test_words_of_one_key_are_separated_and_stay_together():
    korean = dict(line.split(" | ")[::-1] for line in KOREAN["stage"]["keys"].split("\n"))
    assert {"두\u00a0번\u00a0클릭", "두\u00a0손가락"} <= set(korean.values())
    assert "만약에에서" not in KOREAN["stage"]["keys"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_number_of_a_check_is_shown_as_minus_zero(language):
    for key, text in words(language)["task_checks"].items():
        assert "-0" not in text.format(value=-1e-9, inside=-1e-9, outside=-1e-9, threshold=0.5), key


# ---- what the code asks for


@pytest.mark.parametrize("table", EXPECTED)
def test_a_table_of_choices_has_exactly_the_choices(table):
    assert set(ENGLISH[table]) == EXPECTED[table]


def test_z_says_that_one_keeps_wherever_the_convention_matters():
    assert "z = 1 keeps" in ENGLISH["figure"]["keeps"]
    assert "z = 1" in KOREAN["figure"]["keeps"]
    assert "유지" in KOREAN["figure"]["keeps"]
    for key in ("z_bias_help", "equations_note", "one_unit_caption"):
        assert "z = 1 keeps" in ENGLISH["page"][key]
        assert "z = 1이면 유지" in KOREAN["page"][key]


def test_every_literal_key_exists():
    found = Counter()
    for path, tree in trees():
        for owner, key in subscripts(tree):
            if owner in ("p", "names") or owner.endswith("['page']"):
                assert key in ENGLISH["page"], f"{path.name} asks for page text {key!r}"
                found["page"] += 1
            elif owner in ("w", "self.w") or (owner.startswith("words(") and not owner.endswith("]")):
                assert key in ENGLISH, f"{path.name} asks for table {key!r}"
                found["table"] += 1
            elif match := re.fullmatch(r"(?:self\.)?w\['(\w+)'\]", owner):
                assert key in ENGLISH[match[1]], f"{path.name} asks for {match[1]} text {key!r}"
                found[match[1]] += 1
    # the scan itself sees the code it is about
    assert found["page"] > 60
    assert found["table"] > 30
    assert {"figure", "hover", "gates", "captions", "equivalence"} <= set(found)


def composed(tree):
    """Every table[prefix + choice] and table[f"prefix{choice}"] of a table of words: (table, prefix)."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Subscript):
            continue
        match node.slice:
            case ast.BinOp(left=ast.Constant(value=str(prefix)), op=ast.Add()):
                pass
            case ast.JoinedStr(values=[ast.Constant(value=str(prefix)), ast.FormattedValue()]):
                pass
            case _:
                continue
        owner = ast.unparse(node.value)
        table = re.search(r"\['(\w+)'\]$", owner)
        if owner == "p" or (table and table[1] in ENGLISH):
            yield table[1] if table else "page", prefix


def test_every_composed_key_exists():
    found = {each for _, tree in trees() for each in composed(tree)}
    assert found == set(PREFIXED)  # what the code composes is what is looked up here
    for (table, prefix), choices in PREFIXED.items():
        assert {prefix + choice for choice in choices} <= set(ENGLISH[table])
    assert set(ENGLISH["page"]) >= CHOSEN


def constants(tree):
    """Every short text written in the code, docstrings aside."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented
    }


def test_no_page_text_is_left_that_nothing_shows():
    shown_by = {"app.py", "scene.py", "headline.py"}
    said = set().union(
        *(constants(tree) for path, tree in trees() if {"app", "sources"} & set(path.parts) or path.name in shown_by)
    )
    composed = {
        prefix + choice for (table, prefix), choices in PREFIXED.items() for choice in choices if table == "page"
    }
    assert sorted(set(ENGLISH["page"]) - said - composed - CHOSEN) == []


@pytest.mark.parametrize("table", ["figure", "equivalence", "hover", "train"])
def test_no_text_of_the_figures_is_left_that_nothing_shows(table):
    said = set().union(*(constants(tree) for _, tree in trees())) | set(GATES)
    assert sorted(set(ENGLISH[table]) - said) == []


# ---- what the stage asks for


STAGE = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "assets/stage").rglob("*.js"))]
TABLES_OF_THE_STAGE = {"gates", "captions", "keeps", "short", "hover", "orders", "statistics", "phases", "terms"}


def test_every_text_the_stage_asks_for_exists():
    ways = (r"\bw\.([a-z]\w*[a-z])\b", r'\bword\("(\w+)"\)', r'data-(?:word|tip|label|hint|roledescription)="(\w+)"')
    asked = {key for text in STAGE for way in ways for key in re.findall(way, text)}
    assert len(asked) > 30
    # the stage puts the page's language beside its words
    assert sorted(asked - set(ENGLISH["stage"]) - TABLES_OF_THE_STAGE - {"language"}) == []


def test_no_text_of_the_stage_is_left_that_nothing_shows():
    named = {word for text in STAGE for word in re.findall(r"\w+", text)}
    composed = tuple({start for text in STAGE for start in re.findall(r"`(\w+_)\$\{", text)})
    assert sorted(key for key in set(ENGLISH["stage"]) - named if not key.startswith(composed)) == []


def test_every_term_is_defined_and_shown():
    named = {word for text in STAGE for word in re.findall(r"\b(?:w|words)\.terms\.(\w+)", text)}
    chosen = {*PANELS, "clamp", "scale", "bias"}  # looked up by the name of a panel, or of a kind of edit
    listed = {f"order_{order}" for order in ORDERS} | {f"stat_{statistic}" for statistic in STATISTICS}
    in_python = {key for _, tree in trees() for owner, key in subscripts(tree) if owner.endswith("['terms']")}
    metrics = {f"metric_{task.metric.name}" for task in TASKS.values()}
    assert set(ENGLISH["terms"]) == named | chosen | listed | in_python | metrics


def filled(text):
    """Every fill(w.key, {name: ...}) of a script: (key, names)."""
    for match in re.finditer(r"\bfill\((?:\w+\.)*(?:w|words)\.(\w+), \{", text):
        depth, begin, parts = 1, match.end(), []
        for k in range(match.end(), len(text)):
            depth += (text[k] in "{[(") - (text[k] in "}])")
            if depth == 0 or (depth == 1 and text[k] == ","):
                parts.append(text[begin:k])
                begin = k + 1
            if depth == 0:
                break
        yield match[1], {part.split(":")[0].strip() for part in parts} - {""}


def test_every_text_of_the_stage_gets_the_placeholders_it_has():
    calls = [call for text in STAGE for call in filled(text)]
    for key, given in calls:
        later = {"scale"} if key == "compare_delta" else set()  # a panel's title adds its scale
        assert set(plain_fields(ENGLISH["stage"][key])) == given | later, key
    assert len(calls) > 5


def formatted(tree):
    """Every p["key"].format(name=...): (key, names)."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"):
            continue
        text = node.func.value
        if isinstance(text, ast.Subscript) and isinstance(text.slice, ast.Constant):
            owner = ast.unparse(text.value)
            table = "page" if owner == "p" or owner.endswith("['page']") else re.sub(r"^w\['(\w+)'\]$", r"\1", owner)
            if table in ENGLISH:
                yield table, text.slice.value, {word.arg for word in node.keywords}


def test_every_text_gets_exactly_the_placeholders_it_has():
    count = 0
    for path, tree in trees():
        for table, key, given in formatted(tree):
            count += 1
            for language in LANGUAGES:
                assert placeholders(words(language)[table][key]) == given, f"{path.name}: {table}.{key} in {language}"
    assert count > 12


def test_a_text_that_is_never_filled_in_has_no_placeholders():
    filled = {(table, key) for _, tree in trees() for table, key, _ in formatted(tree)}
    # chosen by a variable before .format
    filled |= {("page", key) for key in ("adapted_fewer", "adapted_more", "badge_exact", "badge_off")}
    for key, text in ENGLISH["page"].items():
        if ("page", key) not in filled:
            assert not plain_fields(text), key


def test_no_korean_text_leaves_the_choice_of_a_particle_to_its_reader():
    found = re.findall(
        r".*(?:은\(는\)|이\(가\)|을\(를\)|와\(과\)|\(으\)로).*", (FOLDER / "ko.toml").read_text(encoding="utf-8")
    )
    assert found == []
