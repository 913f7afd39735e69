"""How libraries and papers write a GRU: what z means, where the reset gate acts, how the numbers are stacked.

The same numbers read under another convention are another function; `gruviz.models.converting` rewrites and misreads.

Sources: each row names its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gruviz.models.equations import Reset


@dataclass(frozen=True)
class Convention:
    """One way to write a GRU down.

        z keeps:   h = z * h + (1 - z) * n          z writes:  h = (1 - z) * h + z * n

    Args:
        name: short key.
        title: how people call it.
        z: what z = 1 does: "keeps" the past or "writes" the candidate.
        reset: where the reset gate acts, "before" or "after" the matrix.
        order: of the stacked gates, "rzn", "zrn" or "znr"; n is the candidate.
        biases: "one" a gate (where it resets after the matrix, outside r), "two", or "two for n" alone.
        transposed: matrices are stored (I, 3H) and (H, 3H), not (3H, I) and (3H, H).
        source: the paper, or the page of the documentation.

    >>> CONVENTIONS["onnx"].order, CONVENTIONS["wikipedia"].z
    ('zrn', 'writes')
    """

    name: str
    title: str
    z: Literal["keeps", "writes"]
    reset: Reset
    order: Literal["rzn", "zrn", "znr"]
    biases: Literal["one", "two", "two for n"]
    transposed: bool
    source: str


_DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn.GRU.html"
_CUDNN = "https://docs.nvidia.com/deeplearning/cudnn/ cudnnRNNMode_t, CUDNN_GRU"
_KERAS = "https://keras.io/api/layers/recurrent_layers/gru/"
_ONNX = "https://onnx.ai/onnx/operators/onnx__GRU.html"
_PADDLE = "https://www.paddlepaddle.org.cn/documentation/docs/en/api/paddle/nn/GRU_en.html"
_FLUID = "https://www.paddlepaddle.org.cn/documentation/docs/en/2.2/api/paddle/fluid/layers/dynamic_gru_en.html"
_LINEN = "https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/layers.html flax.linen.GRUCell"
_NNX = "https://flax.readthedocs.io/en/latest/api_reference/flax.nnx/nn/recurrent.html flax.nnx.GRUCell"
_HAIKU = "https://dm-haiku.readthedocs.io/en/latest/api.html haiku.GRU"
_MXNET = "https://mxnet.apache.org/versions/1.9.1/api/python/docs/api/gluon/rnn/index.html mxnet.gluon.rnn.GRU"
_TF1 = "https://www.tensorflow.org/api_docs/python/tf/compat/v1/nn/rnn_cell/GRUCell"
_WIKIPEDIA = "https://en.wikipedia.org/wiki/Gated_recurrent_unit section Fully gated unit"

_ROWS = (
    Convention("split", "gruviz split", "keeps", "before", "rzn", "two", False, "the seed lesson's gru1"),
    Convention("concat", "gruviz concat", "keeps", "before", "rzn", "one", False, "the seed lesson's gru2"),
    Convention("pytorch", "PyTorch nn.GRU", "keeps", "after", "rzn", "two", False, _DOCS),
    # it calls z "i"; one bias a gate, or none, can be asked for
    Convention("cudnn", "cuDNN", "keeps", "after", "rzn", "two", False, _CUDNN),
    # before Keras 2.3 the gates' default was hard_sigmoid: then no weights of ours give the same function
    Convention("keras_before", "Keras, reset_after=False", "keeps", "before", "zrn", "one", True, _KERAS),
    # the default since TensorFlow 2; its one array `bias` (2, 3H) is b_ih above b_hh
    Convention("keras", "Keras 2 and 3, reset_after=True", "keeps", "after", "zrn", "two", True, _KERAS),
    # its one array B is b_ih followed by b_hh; a first axis counts directions
    Convention("onnx", "ONNX, linear_before_reset=0", "keeps", "before", "zrn", "two", False, _ONNX),
    Convention("onnx_after", "ONNX, linear_before_reset=1", "keeps", "after", "zrn", "two", False, _ONNX),
    # two variables each there: r and u over [x, h] of (I + H, 2H), the candidate of (I + H, H)
    Convention("tensorflow1", "TensorFlow 1 GRUCell", "keeps", "before", "rzn", "one", True, _TF1),
    Convention("paddle", "Paddle 2 nn.GRU", "keeps", "after", "rzn", "two", False, _PADDLE),
    # origin_mode=False, the default; x comes multiplied already; w_hh lies there as (H, 2H), then (H, H)
    Convention("paddle_fluid", "Paddle 1 dynamic_gru", "writes", "before", "zrn", "one", True, _FLUID),
    # six Dense layers there, of which hr and hz have no bias
    Convention("flax", "Flax linen GRUCell", "keeps", "after", "rzn", "two for n", True, _LINEN),
    Convention("flax_nnx", "Flax nnx GRUCell", "keeps", "after", "rzn", "one", True, _NNX),
    Convention("haiku", "Haiku GRU", "writes", "before", "zrn", "one", True, _HAIKU),
    Convention("mxnet", "MXNet gluon GRU", "keeps", "after", "rzn", "two", False, _MXNET),
    # papers stack nothing and leave biases out: the order is that of their sentences, and one bias a gate is meant.
    # v1 has r * (U h), v3 and the proceedings U (r * h): Keras' page says so, and of "the original" a footnote of
    # Chung et al.; the decoder in the appendix of v3 resets after the matrix still (from memory)
    Convention("cho2014_v1", "Cho et al. 2014, v1", "keeps", "after", "rzn", "one", False, "arXiv:1406.1078v1"),
    Convention("cho2014_v3", "Cho et al. 2014, v3", "keeps", "before", "rzn", "one", False, "arXiv:1406.1078v3"),
    Convention("chung2014", "Chung et al. 2014", "writes", "before", "znr", "one", False, "arXiv:1412.3555"),
    # from memory; older texts of the page let z keep
    Convention("wikipedia", "Wikipedia", "writes", "before", "zrn", "one", False, _WIKIPEDIA),
)
CONVENTIONS: dict[str, Convention] = {each.name: each for each in _ROWS}
