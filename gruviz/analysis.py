"""`gruviz.analysis`: what a trace says about its units, and what a model's answers lose without them.

Only gathers, as gruviz/__init__.py does; no room imports it.
"""

from gruviz.tasks.lesions import Effect, Lesions, lesions
from gruviz.tracing.analysis import ORDERS, Order, Ranking, average_linkage, half_lives, ranking, unit_order

__all__ = [
    "ORDERS",
    "Effect",
    "Lesions",
    "Order",
    "Ranking",
    "average_linkage",
    "half_lives",
    "lesions",
    "ranking",
    "unit_order",
]
