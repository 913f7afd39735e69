"""Models visitors trained or opened, kept for a while in this process under a hash of their bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cache
from hashlib import blake2b

from gruviz.training.saved import SavedModel, opened

MOST_KEPT, MOST_BYTES = 200, 64 * 2**20  # a model is about 200 kB; of 128 units that reads 512 characters, 1.2 MB


class Store:
    """The newest models, by the hash of their files."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, tuple[SavedModel, int]] = OrderedDict()
        self._guard = threading.Lock()

    def keep(self, data: bytes) -> str:
        """Read a file and keep its model; gives the name it is kept under.

        Raises:
            Problem: it is no file of `gruviz.training.saved.as_file`.
        """
        model, name = opened(data), blake2b(data, digest_size=12).hexdigest()
        with self._guard:
            self._models[name] = model, len(data)
            self._models.move_to_end(name)
            while len(self._models) > 1 and (len(self._models) > MOST_KEPT or self._size() > MOST_BYTES):
                self._models.popitem(last=False)
        return name

    def kept(self, name: str) -> SavedModel | None:
        """The model of that name; None where it is not here (any more)."""
        with self._guard:
            found = self._models.get(name)
            return None if found is None else found[0]

    def _size(self) -> int:
        return sum(size for _, size in self._models.values())


@cache
def _store() -> Store:
    return Store()


def keep(data: bytes) -> str:
    """See `Store.keep`, of the one store of this process."""
    return _store().keep(data)


def kept(name: str) -> SavedModel | None:
    """See `Store.kept`, of the one store of this process."""
    return _store().kept(name)
