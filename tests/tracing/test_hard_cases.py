"""Inputs and models at the edge: NaN, ragged, packed, odd number types, copies."""

import copy
import pickle

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence

import gruviz
from gruviz import GRUParams, SplitGRU


def test_recovery_error_hides_a_nan_forward_direction():
    gru = nn.GRU(2, 3, bidirectional=True)
    with torch.no_grad():
        gru.weight_hh_l0.fill_(float("nan"))
    assert np.isnan(gruviz.trace(gru, np.ones((5, 2))).meta.recovery_error)


@pytest.mark.parametrize(
    "x", [pack_sequence([torch.ones(3, 2), torch.ones(2, 2)]), [[1, 2], [1]]], ids=["packed", "ragged"]
)
def test_packed_and_ragged_x_get_a_sentence_about_x(x):
    with pytest.raises(ValueError, match=r"^x "):
        gruviz.trace(nn.GRU(2, 3), x)


@pytest.mark.parametrize("field", ["w_ih", "w_hh", "b_ih", "b_hh"])
def test_ragged_params_name_the_field(field):
    good = {"w_ih": np.ones((6, 3)), "w_hh": np.ones((6, 2)), "b_ih": np.ones(6), "b_hh": np.ones(6)}
    with pytest.raises(ValueError, match=f"^{field} "):
        GRUParams(**{**good, field: [[1, 2], [1]]})


def test_scalar_w_hh_names_the_field():
    with pytest.raises(ValueError, match=r"^w_hh "):
        GRUParams(np.ones((3, 1)), 5.0)


@pytest.mark.parametrize("clone", [lambda t: pickle.loads(pickle.dumps(t)), copy.deepcopy], ids=["pickle", "deepcopy"])
def test_frozen_survives_pickle_and_deepcopy(clone):
    t = gruviz.trace(SplitGRU(1, 2), np.ones((3, 1)))
    assert not clone(t).h.flags.writeable
    assert not clone(SplitGRU(1, 2).params()).w_ih.flags.writeable


def test_keep_of_an_infinite_state_is_nan_without_a_warning():
    model = gruviz.TorchGRU(1, 1)
    with torch.no_grad():
        for p in model.parameters():
            p.fill_(-1.0)
    t = gruviz.trace(model, np.ones((3, 1)), np.array([np.inf]))
    assert np.isnan(t.keep).any()
    assert t.write.shape == t.h.shape


def test_longdouble_x():
    model = SplitGRU(2, 3)
    given = gruviz.trace(model, np.ones((3, 2), np.longdouble))
    assert np.array_equal(given.h, gruviz.trace(model, np.ones((3, 2))).h)


def test_negative_bit_tensor():
    model = SplitGRU(2, 3)
    given = gruviz.trace(model, torch.complex(torch.ones(3, 2), torch.ones(3, 2)).conj().imag)
    assert np.array_equal(given.h, gruviz.trace(model, -np.ones((3, 2))).h)


def test_shape_of_h0_of_a_cell_is_checked():
    torch.manual_seed(0)
    m = SplitGRU(2, 3)
    with pytest.raises(ValueError, match=r"^h0 has shape"):
        m(torch.ones(2, 4, 2), torch.rand(3, 2))  # (unit, batch), not (batch, unit)


def test_labels_of_another_length_are_refused_before_the_run():
    ran = []
    with pytest.raises(ValueError, match=r"^labels has 2 texts for 3 steps"):
        gruviz.trace(SplitGRU(1, 2), np.ones((3, 1)), labels=("a", "b"), after_piece=ran.append)
    assert not ran
