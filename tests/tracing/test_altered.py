"""A model that computes something else than its weights say is refused; one that is only looked at is not."""

import numpy as np
import pytest
import torch
from oracle import inputs, numbers
from torch import nn
from torch.nn.modules.module import register_module_forward_hook
from torch.nn.utils import prune, spectral_norm, weight_norm

import gruviz
from gruviz import ConcatGRU, GRUParams, SplitGRU, TorchGRU

INPUTS, UNITS, STEPS = 2, 3, 40
X = inputs(5, STEPS, INPUTS)
PLAIN = {
    "split": lambda: SplitGRU.from_params(GRUParams(*numbers(1, INPUTS, UNITS))),
    "concat": lambda: ConcatGRU.from_params(GRUParams(*numbers(1, INPUTS, UNITS))),
    "torch": lambda: TorchGRU.from_params(GRUParams(*numbers(1, INPUTS, UNITS))),
    "nn.GRU": lambda: nn.GRU(INPUTS, UNITS),
    "nn.GRU, 2 layers": lambda: nn.GRU(INPUTS, UNITS, 2, batch_first=True),
    "nn.GRU, 2 ways": lambda: nn.GRU(INPUTS, UNITS, bidirectional=True),
    "nn.GRUCell": lambda: nn.GRUCell(INPUTS, UNITS),
}
OLD_NORMS = pytest.mark.filterwarnings("ignore:`torch.nn.utils.*_norm`:FutureWarning")


def refused(cause):
    return pytest.raises(
        ValueError, match=rf"^This model computes .* \(off by [\d.e-]+\): it has {cause}\. Take that off, "
    )


def halved(module, given, output):
    return tuple(part * 0.5 for part in output) if isinstance(output, tuple) else output * 0.5


def doubled(module, given):
    return (given[0] * 2, *given[1:])


@pytest.mark.parametrize("name", PLAIN)
def test_a_hook_that_changes_something(name):
    model = PLAIN[name]()
    hook = model.register_forward_hook(halved)
    with refused(r"a forward hook \(halved\)"):
        gruviz.trace(model, X)
    hook.remove()
    gruviz.trace(model, X)
    model.register_forward_pre_hook(doubled)
    with refused(r"a forward pre-hook \(doubled\)"):
        gruviz.trace(model, X)


@pytest.mark.parametrize("name", PLAIN)
def test_a_hook_that_only_looks(name):
    """Whoever counts or records goes on doing so."""
    model, seen = PLAIN[name](), []
    plain = gruviz.trace(model, X)
    model.register_forward_hook(lambda module, given, output: seen.append(1))
    model.register_forward_pre_hook(lambda module, given: None)
    trace = gruviz.trace(model, X)
    assert seen
    for gate in "rznh":
        assert np.array_equal(getattr(trace, gate), getattr(plain, gate))


@pytest.mark.parametrize(("name", "part"), [("split", "wr"), ("split", "whh"), ("concat", "wz"), ("torch", "gru")])
def test_a_hook_on_a_part(name, part):
    model = PLAIN[name]()
    getattr(model, part).register_forward_hook(halved)
    with refused(rf"a forward hook \(halved\) on its {part}"):
        gruviz.trace(model, X)


@pytest.mark.parametrize("name", ["split", "concat", "torch"])
def test_a_hook_on_the_head_comes_after_the_states(name):
    model = type(PLAIN[name]())(INPUTS, UNITS, out_features=2)
    model.fc.register_forward_hook(halved)
    gruviz.trace(model, X)


@pytest.mark.parametrize("name", PLAIN)
def test_a_hook_on_every_module_there_is(name):
    model = PLAIN[name]()
    hook = register_module_forward_hook(lambda module, given, output: halved(module, given, output))
    try:
        with refused(r"a forward hook on every module \(<lambda>\)"):
            gruviz.trace(model, X)
    finally:
        hook.remove()
    gruviz.trace(model, X)


@OLD_NORMS
@pytest.mark.parametrize("norm", [spectral_norm, weight_norm])
@pytest.mark.parametrize("name", ["weight_hh_l0", "weight_ih_l0"])
def test_old_norms_of_torchs_own(norm, name):
    """They make the weights anew before each run: those are the numbers that are traced."""
    gru = norm(nn.GRU(INPUTS, UNITS, batch_first=True), name)
    with torch.no_grad():
        next(gru.parameters()).mul_(3)  # what was made at the start no longer holds
    trace = gruviz.trace(gru, X)
    assert trace.meta.recovery_error < 1e-6
    h0 = torch.zeros(1, 1, UNITS)
    own = gru.eval()(torch.from_numpy(X[None]).float(), h0)[0]
    np.testing.assert_allclose(trace.h[0], own.detach(), atol=1e-6)


@OLD_NORMS
@pytest.mark.parametrize("norm", [spectral_norm, weight_norm])
def test_old_norms_of_a_part(norm):
    model = PLAIN["split"]()
    norm(model.wrh)
    trace = gruviz.trace(model, X)
    assert gruviz.reference_error(model.eval(), trace) < 1e-6


@OLD_NORMS
def test_a_weight_that_was_made_can_be_trained_through_as_before():
    model = PLAIN["split"]()
    weight_norm(model.wrh)
    gruviz.trace(model, X)
    (model.wrh.weight**2).sum().backward()
    assert model.wrh.weight_v.grad is not None


class OddGRU(nn.GRU):
    def forward(self, given, hx=None):
        return super().forward(given * 2, hx)


class OddCell(nn.GRUCell):
    def forward(self, given, hx=None):
        return super().forward(given * 2, hx)


class OddStep(SplitGRU):
    def step(self, x, h):
        r, z, n, _ = super().step(x, h)
        return r, 1 - z, n, z * n + (1 - z) * h


class OddStates(ConcatGRU):
    def states(self, x, h0=None):
        output, h_n = super().states(x, h0)
        return output * 0.5, h_n


class OddTorch(TorchGRU):
    def forward(self, x, h0=None):
        output, h_n = super().forward(x, h0)
        return output * 0.5, h_n


@pytest.mark.parametrize(
    ("kind", "method"),
    [(OddGRU, "forward"), (OddCell, "forward"), (OddStep, "step"), (OddStates, "states"), (OddTorch, "forward")],
)
def test_a_class_with_a_method_of_its_own(kind, method):
    with refused(rf"its own {method}\(\)"):
        gruviz.trace(kind(INPUTS, UNITS), X)


def test_only_late_steps_are_odd():
    """The model runs by itself over all of the input, not over its beginning alone."""

    class Late(SplitGRU):
        def step(self, x, h):
            r, z, n, new = super().step(x, h)
            return r, z, n, torch.where(x[..., :1] > 5, 0.5 * new, new)

    x = X.copy()
    x[30:, 0] = 9
    with refused(r"its own step\(\)"):
        gruviz.trace(Late(INPUTS, UNITS), x)


def test_a_method_put_on_one_model():
    gru = nn.GRU(INPUTS, UNITS)
    gru.forward = lambda given, hx=None: (torch.zeros(*given.shape[:2], UNITS), None)
    with refused(r"its own forward\(\)"):
        gruviz.trace(gru, X)


def test_a_class_of_ones_own_that_changes_nothing():
    class Counting(SplitGRU):
        def __init__(self, *sizes):
            super().__init__(*sizes)
            self.steps = 0

        def step(self, x, h):
            self.steps += 1
            return super().step(x, h)

    model = Counting(INPUTS, UNITS)
    assert gruviz.reference_error(model, gruviz.trace(model, X)) < 1e-6
    assert model.steps


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_a_diverged_model_that_is_looked_at_is_still_seen(name, bad):
    model = PLAIN[name]()
    model.register_forward_hook(lambda module, given, output: None)
    with torch.no_grad():
        next(model.parameters())[0, 0] = bad
    assert gruviz.trace(model, X).h.shape[2] == STEPS


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("gain", [1.0, 100.0, 1e4])
@pytest.mark.parametrize("name", PLAIN)
def test_rounding_alone_alters_nothing(name, gain, dtype):
    """Neither refused nor warned of: warnings are errors here."""
    model = PLAIN[name]().to(dtype)
    with torch.no_grad():
        for p in model.parameters():
            p *= gain
    model.register_forward_hook(lambda module, given, output: None)
    gruviz.trace(model, X)


# --- what is not altered, however odd it looks ------------------------------------------------------


class OwnHead(TorchGRU):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.drop, self.norm, self.head = nn.Dropout(0.5), nn.BatchNorm1d(UNITS), nn.Linear(UNITS, 2).half()

    def forward(self, x):
        output = self.states(self.drop(x))[0]
        return self.head(self.norm(output[:, -1]).half())


class OwnStart(SplitGRU):
    def forward(self, x, h0=None):
        return super().forward(x, h0)[0]


class OnlyOutput(nn.GRU):
    def forward(self, given):
        return super().forward(given)[0]


@pytest.mark.parametrize(
    "made", [OwnHead, OwnStart, lambda *sizes: OnlyOutput(*sizes, 2), lambda *sizes: nn.GRU(*sizes, 2, dropout=0.5)]
)
def test_a_forward_of_ones_own_that_leaves_the_states_alone(made):
    """In train mode, as it is left: dropout, statistics and torch's random state do not move."""
    model = made(INPUTS, UNITS).train()
    model.register_forward_hook(lambda module, given, output: None)
    state = {name: value.clone() for name, value in model.state_dict().items()}
    before = torch.random.get_rng_state()
    gruviz.trace(model, X)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(part.training for part in model.modules())
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


def test_pruned_weights_are_those_it_computes_with():
    model = PLAIN["nn.GRU"]()
    prune.random_unstructured(model, "weight_hh_l0", 0.5)
    assert gruviz.trace(model, X).meta.recovery_error < 1e-6


def test_a_hook_that_asks_for_a_graph_says_so():
    model = PLAIN["split"]()
    model.register_forward_hook(lambda module, given, output: output[0].retain_grad())
    with pytest.raises(ValueError, match=r"^This model does not run as .* \(RuntimeError: .*retain_grad.*<lambda>"):
        gruviz.trace(model, X)


# --- what is altered, however hidden ----------------------------------------------------------------


@pytest.mark.parametrize("kind", [SplitGRU, ConcatGRU, TorchGRU])
def test_a_head_hides_nothing(kind):
    model = kind(INPUTS, UNITS, out_features=2)
    with torch.no_grad():
        model.fc.weight *= 1e6
    model.register_forward_pre_hook(doubled)
    with refused(r"a forward pre-hook \(doubled\)"):
        gruviz.trace(model, X)

    class Twice(kind):
        def forward(self, x, h0=None):
            return super().forward(x * 2, h0)

    with refused(r"its own forward\(\)"):
        gruviz.trace(Twice(INPUTS, UNITS, out_features=2), X)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", PLAIN)
def test_short_numbers_hide_nothing(name, dtype):
    model = PLAIN[name]().to(dtype)
    model.register_forward_hook(halved)
    with refused(r"a forward hook \(halved\)"):
        gruviz.trace(model, X)


def test_states_that_are_odd_late():
    class Restarting(SplitGRU):
        def states(self, x, h0=None):
            parts = [super(Restarting, self).states(part, h0)[0] for part in x.split(20, dim=-2)]
            return torch.cat(parts, -2), parts[-1][..., -1, :]

    with refused(r"its own states\(\)"):
        gruviz.trace(Restarting(INPUTS, UNITS), X)

    def silent(module, given, output):
        output[0][20:] = 0

    gru = PLAIN["nn.GRU, 2 layers"]()
    gru.batch_first = False
    gru.register_forward_hook(silent)
    with torch.no_grad(), refused(r"a forward hook \(silent\)"):
        gruviz.trace(gru, X)


def test_a_model_that_does_not_run_says_why():
    class Hungry(TorchGRU):
        def forward(self, x, h0, more):
            return super().forward(x, h0)

    with pytest.raises(ValueError, match=r"^This model does not run as .* \(TypeError: .*'more'\); it has its own"):
        gruviz.trace(Hungry(INPUTS, UNITS), X)
