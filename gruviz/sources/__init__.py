"""Sources of a model's weights: one frozen class for each origin, and for each change made to weights.

`ModelSource` in source.py lists what every class answers. `link.py` finds the class that a link names.
"""
