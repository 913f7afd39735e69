"""Imports go only downwards, and each heavy library is loaded only where it is needed."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "gruviz"
# a room imports from rooms before it and from itself, in no circle
ROOMS = [
    "wording",
    "models",
    "inputs",
    "tracing",
    "tasks",
    "training",
    "sources",
    "drawing",
    "protocol",
    "handouts",
    "app",
]
# these only gather what the rooms hold, for who imports gruviz; no room imports them
GATHERING = ["", "analysis"]
ALLOWED = {
    "streamlit": {"app", "app.py"},
    "torch": {"models", "tracing", "training"},
    "plotly": {"drawing"},
    "pandas": set(),
    "requests": set(),
    "urllib.request": set(),
}


def name_of(path):
    if path == ROOT / "app.py":
        return "app.py"
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


FILES = {name_of(path): path for path in [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py"]}


def room(name):
    """What a module belongs to; "" is gruviz/__init__.py."""
    return name if name == "app.py" else name.split(".")[0]


def imports(path):
    """Absolute names of everything imported anywhere in a file."""
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
        # `from gruviz.tracing.trace import trace` names a thing, `from gruviz.drawing import export` a module
        longest = next((".".join(parts[1:k]) for k in range(len(parts), 1, -1) if ".".join(parts[1:k]) in FILES), "")
        found.add(longest)
    return found


USED = {name: own(path) for name, path in FILES.items()}


def test_every_folder_is_a_room_of_a_few_files():
    folders = {path.parent for name, path in FILES.items() if name != "app.py"} - {PACKAGE}
    assert {path.relative_to(PACKAGE).parts[0] for path in folders} == set(ROOMS)
    assert {name_of(path) for path in PACKAGE.glob("*.py")} == set(GATHERING)
    for folder in folders:
        files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        assert len(files) > 1, folder.name
        assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))), folder.name


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_module_imports_from_its_own_room_and_those_before_it(name):
    if name in (*GATHERING, "app.py"):
        return
    allowed = ROOMS[: ROOMS.index(room(name)) + 1]
    for used in USED[name]:
        assert room(used) in allowed, f"{name} imports {used or 'gruviz'}"


def test_what_gathers_loads_no_heavy_library_itself_and_no_page():
    for name in GATHERING:
        heavy = {each for each in imports(FILES[name]) if each.split(".")[0] in ALLOWED}
        late = ("drawing", "protocol", "handouts", "app")
        assert not heavy | {used for used in USED[name] if room(used) in late}, name


def test_no_room_imports_in_a_circle():
    inside = {name: {used for used in USED[name] if used != name} for name in FILES}
    order = list(TopologicalSorter(inside).static_order())  # CycleError names the circle
    assert order.index("models.params") < order.index("tracing.trace") < order.index("app.py")


def test_the_check_sees_the_imports_there_are():
    assert {"drawing.colours", "drawing.panels", "drawing.pooling"} <= USED["drawing.figures"]
    running = {f"tracing.running.{name}" for name in ("acting", "loop", "reset_after")}
    assert running | {"models.gru", "tracing.gate_trace"} <= USED["tracing.trace"]
    assert {"app.subject.runs", "app.stage", "app.state"} <= USED["app.explore.page"]
    assert USED["app.py"] == {"app.server.start"}


# of the app: its folders and, as "", the modules beside them; each imports from those before it and from itself
APP = [{"server"}, {""}, {"subject"}, {"compare"}, {"explore", "train"}, {"pages"}]
WARMED = {("app.server.start", "app.explore.page")}  # in a function, before any visitor comes


def floor(name):
    """What of the app a module belongs to."""
    parts = name.split(".")
    return parts[1] if len(parts) == 3 or name == "app.pages" else ""


def test_the_folders_of_the_app_are_storeys():
    inside = {name for name in FILES if room(name) == "app" and name != "app"}
    height = {folder: k for k, level in enumerate(APP) for folder in level}
    assert {floor(name) for name in inside} <= set(height)
    for name in inside:
        for used in (each for each in USED[name] & inside if (name, each) not in WARMED):
            same = floor(used) == floor(name)
            assert same or height[floor(used)] < height[floor(name)], f"{name} imports {used}"
    assert all(used in USED[name] for name, used in WARMED)


def types_of(path):
    """Names of the classes a file defines, and of its type aliases, such as `Arrays = dict[...]`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    aliases = [
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id[0].isupper() and not target.id.isupper()
    ]
    return classes + aliases


def test_a_type_of_the_protocol_has_its_name_alone():
    places = {}
    for name, path in FILES.items():
        for each in types_of(path):
            places.setdefault(each, []).append(name)
    own = {each: where for each, where in places.items() if any(room(name) == "protocol" for name in where)}
    assert {"Scene", "Run", "Tile"} <= set(own)
    assert {each: where for each, where in own.items() if len(where) > 1} == {}


def test_a_module_of_the_protocol_has_its_name_alone():
    places = {}
    for name in FILES:
        if FILES[name].name != "__init__.py":
            places.setdefault(FILES[name].stem, []).append(name)
    own = {stem: where for stem, where in places.items() if any(room(name) == "protocol" for name in where)}
    assert {"scene", "tiles", "view"} <= set(own)
    assert {stem: where for stem, where in own.items() if len(where) > 1} == {}


@pytest.mark.parametrize("library", ALLOWED)
def test_a_heavy_library_is_imported_only_where_it_is_needed(library):
    users = {
        room(name)
        for name, path in FILES.items()
        if any(f"{used}.".startswith(f"{library}.") for used in imports(path))
    }
    assert users == ALLOWED[library]


def test_app_py_is_short():
    assert len(FILES["app.py"].read_text(encoding="utf-8").splitlines()) < 20


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
from gruviz import export, presets, sequences
import gruviz.tracing.trace
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
    for name in ("analysis", "explain", "export", "figures", "presets", "sequences", "tasks", "training"):
        assert type(getattr(gruviz, name)).__name__ == "module"
    with pytest.raises(AttributeError, match="nonsense"):
        _ = gruviz.nonsense


def test_analysis_gathers_what_the_rooms_analyse_and_loads_on_demand():
    code = """
import sys, gruviz
assert "gruviz.analysis" not in sys.modules and "gruviz.tasks" not in sys.modules
from gruviz.tasks import lesions
import gruviz.tracing.analysis as of_traces
public = {name for name, thing in vars(of_traces).items() if getattr(thing, "__module__", "") == of_traces.__name__}
missing = {name for name in public if name[0] != "_" and not hasattr(gruviz.analysis, name)}
assert not missing, missing
assert all(hasattr(gruviz.analysis, name) for name in gruviz.analysis.__all__)
assert gruviz.analysis.lesions is lesions.lesions and gruviz.analysis.ORDERS is of_traces.ORDERS
print(*{name.split('.')[0] for name in sys.modules})
"""
    assert not {"streamlit", "plotly", "pandas"} & set(python(code))
