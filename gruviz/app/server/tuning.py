"""What the server process as a whole needs to answer quickly. Measured in a browser, see each function.

Together with `.streamlit/config.toml`: `fileWatcherType = "none"` (the watcher scans every module for each new visitor:
about 130 ms of a session's start), `gatherUsageStats = false` (no request leaves the machine), `postScriptGC = false`
(Streamlit else collects the whole heap after every rerun while it holds the GIL: about 180 ms once torch is loaded).
"""

from __future__ import annotations

import gc
import socket
from functools import cache

from gruviz.tracing.trace import compute_on_one_thread


@cache
def tune_process() -> int:
    """Once per process, after the heavy imports: freeze the heap, send small packets at once, one thread for torch.

    torch and plotly leave a million objects behind that never die; frozen, no later collection walks them.
    The server's sockets come without TCP_NODELAY, which costs a constant 40 ms a message on loopback;
    accepted sockets inherit it from the listening one.

    Returns:
        How many sockets were set.
    """
    # by type(): isinstance() asks the object itself, and some answer with a warning
    sockets = [found for found in gc.get_objects() if issubclass(type(found), socket.socket)]
    done = 0
    for found in sockets:
        internet = found.family in (socket.AF_INET, socket.AF_INET6) and found.type == socket.SOCK_STREAM
        if found.fileno() >= 0 and internet:
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            done += 1
    compute_on_one_thread()
    gc.collect()
    gc.freeze()
    return done
