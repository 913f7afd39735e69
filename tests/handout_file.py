"""Parser of handout files, for tests."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

import numpy as np

from gruviz.protocol.message import unpack


def scenes_in(text: str) -> list[tuple[dict[str, Any], dict[str, np.ndarray]]]:
    """Header and arrays of each scene."""
    return [unpack(gzip.decompress(base64.b64decode(found))) for found in _scripts(text, "data-scene")]


def code_in(text: str) -> dict[str, Any]:
    """Modules, texts and what scenes share."""
    (found,) = _scripts(text, 'id="code"')
    return json.loads(gzip.decompress(base64.b64decode(found)))


def size_without_data(text: str) -> int:
    """Bytes of the file less those of its scenes."""
    return len(text.encode()) - sum(map(len, _scripts(text, "data-scene")))


def _scripts(text: str, attribute: str) -> list[str]:
    return re.findall(rf'<script type="text/plain" {attribute}>([^<]*)</script>', text)
