"""Imports go only downwards, and each heavy library is loaded only where it is needed."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gruviz"
# lowest first; a module may import from the rows above its own, never from its own row or below
ROWS = (
    ("words", "params", "gate_trace", "colours", "pooling", "packing", "app.equations"),
    ("problems", "gru", "export", "panels", "presets", "tiles"),
    ("inputs", "scan", "figures", "scene", "model_files"),
    ("families", "typed_numbers"),
    ("tables", "text_steps", "sequences", "recovery", "task_types"),
    ("array_files", "trace", "task_checks", "task_sequences"),
    ("user_data", "explain", "analysis", "task_language", ""),  # "" is gruviz/__init__.py, which only gathers
    ("tasks",),
    ("training_plan",),
    ("training",),
    ("trained_models",),
    ("make_models", "training_process", "training_figures", "state_dicts"),
    ("app.settings", "app.process"),
    ("app.model_store", "app.trainings"),
    ("app.runs", "app.bridge", "app.sentences", "app.train_link"),
    ("app.state", "app.stage"),
    ("app.sidebar", "app.questions", "app.train_controls", "app.train_results"),
    ("app.answers", "app.train_status"),
    ("app.explore", "app.train"),
    ("app",),  # app.py
)
RANK = {name: k for k, row in enumerate(ROWS) for name in row}
SEQUENCES = {
    "words",
    "problems",
    "inputs",
    "families",
    "typed_numbers",
    "tables",
    "text_steps",
    "sequences",
    "array_files",
    "user_data",
}
TASKS = {"task_types", "task_checks", "task_sequences", "task_language", "tasks"}
MODELS = {"params", "gru", "scan", "recovery", "gate_trace", "trace", "explain", "analysis"}
ALLOWED = {
    "streamlit": {
        "app.answers",
        "app.bridge",
        "app.explore",
        "app.model_store",
        "app.sentences",
        "app.process",
        "app.runs",
        "app.sidebar",
        "app.stage",
        "app.state",
        "app.train",
        "app.train_controls",
        "app.train_results",
        "app.train_status",
        "app.trainings",
        "app",
    },
    "torch": {"params", "gru", "scan", "recovery", "trace", "training_plan", "training", "make_models", "state_dicts"},
    "plotly": {"figures", "panels", "training_figures"},
    "pandas": set(),
    "requests": set(),
    "urllib": set(),
}


def name_of(path):
    if path == ROOT / "app.py":
        return "app"
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


FILES = {name_of(path): path for path in [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py"]}


def imports(path):
    """Absolute names of everything imported anywhere in a file, `import_module` included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own(path):
    """The modules of gruviz a file imports, without the package's own name."""
    found = set()
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "gruviz":
            continue
        # `from gruviz.trace import trace` names a thing, `from gruviz import export` a module
        longest = next((".".join(parts[1:k]) for k in range(len(parts), 1, -1) if ".".join(parts[1:k]) in FILES), "")
        found.add(longest)
    return found


def test_every_module_has_its_row():
    assert set(FILES) == set(RANK)


@pytest.mark.parametrize("name", sorted(FILES))
def test_imports_go_only_downwards(name):
    for used in own(FILES[name]):
        assert RANK[used] < RANK[name], f"{name} imports {used}"


def test_the_check_sees_the_imports_there_are():
    assert {"colours", "gate_trace", "panels", "pooling"} <= own(FILES["figures"])
    assert {"gate_trace", "gru", "recovery", "scan"} <= own(FILES["trace"])
    assert {"gate_trace", "trace"} <= own(FILES["explain"])
    assert {"app.runs", "app.stage", "app.state", "export"} <= own(FILES["app.explore"])


def test_models_know_no_sequences_figures_or_words_and_sequences_no_models():
    for name in MODELS:
        assert own(FILES[name]) <= MODELS, name
    for name in SEQUENCES:
        assert own(FILES[name]) <= SEQUENCES, name
    for name in TASKS:
        assert own(FILES[name]) <= TASKS | SEQUENCES | {"gate_trace"}, name
    assert own(FILES["model_files"]) <= {"problems"}
    assert own(FILES["presets"]) <= {"params"}
    for name in ("colours", "pooling", "packing", "words", "gate_trace", "params"):
        assert not own(FILES[name])
    assert own(FILES["problems"]) == {"words"}
    assert own(FILES["panels"]) <= {"colours", "pooling"}
    assert own(FILES["export"]) <= {"gate_trace"}
    assert own(FILES["tiles"]) <= {"gate_trace", "pooling"}
    assert own(FILES["scene"]) <= {"colours", "gate_trace", "packing", "tiles", "words"}
    assert own(FILES["analysis"]) <= {"gate_trace"}


def test_nothing_but_the_app_imports_the_app():
    for name, path in FILES.items():
        if name != "app" and not name.startswith("app."):
            assert not any(used.startswith("app") for used in own(path)), name
    assert own(FILES["app"]) <= {"app.explore", "app.train", "app.state", "app.process", "words"}


@pytest.mark.parametrize("library", ALLOWED)
def test_a_heavy_library_is_imported_only_where_it_is_needed(library):
    users = {name for name, path in FILES.items() if any(used.split(".")[0] == library for used in imports(path))}
    assert users <= ALLOWED[library]
    assert users or not ALLOWED[library]


def test_app_py_is_short():
    assert len(FILES["app"].read_text(encoding="utf-8").splitlines()) < 60


# ---- what is really loaded


def python(code):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_import_gruviz_loads_neither_streamlit_nor_plotly():
    loaded = python("import gruviz, sys; print(*{name.split('.')[0] for name in sys.modules})")
    assert {"gruviz", "torch", "numpy"} <= set(loaded)
    assert not {"streamlit", "plotly", "pandas"} & set(loaded)


def test_figures_load_on_demand_and_trace_stays_the_function():
    code = """
import sys, numpy as np, gruviz
traced = gruviz.trace(gruviz.SplitGRU(1, 2), np.ones((4, 1)))
assert "plotly" not in sys.modules
figure = gruviz.figures.heatmaps(traced)
assert "plotly" in sys.modules and "streamlit" not in sys.modules
from gruviz import export, presets, sequences, user_data
import gruviz.trace
assert len(export.npz(gruviz.trace(gruviz.SplitGRU(1, 2), np.ones((4, 1))))) > 0
print(len([one for one in figure.data if one.type == "heatmap"]), type(gruviz.trace).__name__,
type(gruviz.reference_error).__name__)
"""
    assert python(code) == ["4", "function", "function"]


def test_the_names_of_the_public_api_are_there_and_others_are_not():
    import gruviz

    for name in gruviz.__all__:
        assert getattr(gruviz, name)
    assert {"GRUParams", "SplitGRU", "ConcatGRU", "TorchGRU", "trace", "reference_error", "GateTrace"} <= set(
        gruviz.__all__
    )
    for name in ("analysis", "explain", "export", "figures", "presets", "sequences", "tasks", "training", "user_data"):
        assert getattr(gruviz, name).__name__ == f"gruviz.{name}"
    with pytest.raises(AttributeError, match="nonsense"):
        _ = gruviz.nonsense
