"""Models visitors trained or opened, kept for a while in this process under a hash of their bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import blake2b

import streamlit as st

from gruviz.trained_models import SavedModel, opened

MOST_KEPT = 200  # a model of 128 units is about 200 kB


class Store:
    """The newest models, by the hash of their files."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, SavedModel] = OrderedDict()
        self._guard = threading.Lock()

    def keep(self, data: bytes) -> str:
        """Read a file and keep its model; gives the name it is kept under.

        Raises:
            Problem: it is no file of `gruviz.trained_models.saved`.
        """
        model, name = opened(data), blake2b(data, digest_size=12).hexdigest()
        with self._guard:
            self._models[name] = model
            self._models.move_to_end(name)
            while len(self._models) > MOST_KEPT:
                self._models.popitem(last=False)
        return name

    def kept(self, name: str) -> SavedModel | None:
        """The model of that name; None where it is not here (any more)."""
        with self._guard:
            return self._models.get(name)


@st.cache_resource(max_entries=1)
def _store() -> Store:
    return Store()


def keep(data: bytes) -> str:
    """See `Store.keep`, of the one store of this process."""
    return _store().keep(data)


def kept(name: str) -> SavedModel | None:
    """See `Store.kept`, of the one store of this process."""
    return _store().kept(name)
