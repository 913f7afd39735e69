"""The README's claims that a machine can check."""

import re
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_library_example_runs_and_says_the_truth(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # it writes files
    code, files, more, lost, other = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(code.strip().splitlines()) <= 12
    torch.manual_seed(0)
    space: dict = {}
    exec(code.replace(".show()", ""), space)
    exec(files, space)
    assert {path.name for path in tmp_path.iterdir()} == {"gru.html", "two.html"}
    assert (tmp_path / "gru.html").read_text("utf-8").count("data-scene>") == 1
    assert (tmp_path / "two.html").read_text("utf-8").count("data-scene>") == 2
    exec(more, space)
    trace, gruviz, why = (space[name] for name in ("trace", "gruviz", "why"))
    assert trace.z.shape == (4, 1, 50, 8)
    np.testing.assert_allclose(trace.keep + trace.write, trace.h, atol=1e-6)
    assert trace.meta.recovery_error < 1e-6
    assert gruviz.reference_error(space["gru"], trace) < 1e-6
    edited, clamp = space["edited"], space["clamp"]
    assert (why.value, why.by_hand) == (1.0, (clamp,))
    assert abs(1 / (1 + np.exp(-why.total)) - why.would_be) < 1e-9
    np.testing.assert_allclose(sum(term.value for term in why.terms), why.total, atol=1e-9)
    assert (edited.z[3, 0, 5:10, 2] == 1).all()
    assert not edited.h[0, :, :, 0].any()
    assert edited.meta.computed == "loop"
    exec(lost, space)
    found = space["found"]
    assert (found.sequences, found.finished, found.lives_by.gate) == (512, True, "z")
    assert found.free > 0.98
    assert found.free - found.units[0].metric > 0.2
    assert isinstance(found.units[0].changes[0], gruviz.Lesion)
    exec(other, space)
    p, keras, fit = space["p"], space["keras"], space["fit"]
    np.testing.assert_array_equal(keras.read().w_hh, p.w_hh)
    assert keras.w_hh.shape == (8, 24)
    assert space["reset"] == "after"
    np.testing.assert_array_equal(space["wrong"].gate("w_ih", "z"), -p.gate("w_ih", "z"))
    assert fit.error < fit.before
    why = gruviz.explain.number(space["gru"], trace, gate="n", layer=3, time=5, unit=2)
    np.testing.assert_allclose(np.tanh(why.total), trace.n[3, 0, 5, 2], atol=1e-6)


def test_every_picture_and_file_it_names_exists():
    for path in re.findall(r"\]\((assets/[^)]+)\)", README):
        assert (ROOT / path).is_file(), path
    built = README[README.index("## How it is built") :]
    for path in re.findall(r"`((?:gruviz|assets|tests)/[^`*]*)`", built):
        assert (ROOT / path).exists(), path


def test_every_package_has_a_row():
    table = README[README.index("## How it is built") : README.index("**Add a sequence**")]
    rows = {re.match(r"\| `([^`]+)/`", row)[1] for row in table.splitlines() if row.startswith("| `")}
    packages = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "gruviz").glob("*/__init__.py")}
    assert rows == packages | {"assets/stage"}


def test_every_name_in_a_row_is_a_file_of_its_room():
    table = README[README.index("## How it is built") : README.index("**Add a sequence**")]
    for row in table.splitlines():
        if row.startswith("| `"):
            room = re.match(r"\| `([^`]+)/`", row)[1]
            for name in re.findall(r"`(\w+\.(?:py|js))`", row):
                assert list((ROOT / room).rglob(name)), f"{room}: {name}"


def test_ci_runs_the_same_test_command():
    command = re.search(r"pip install -r tests/requirements.txt && (.+)", README).group(1)
    assert command in (ROOT / ".ci" / "run").read_text()
