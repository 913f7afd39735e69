"""The numbers of a GRU and the three models that compute with them: parameters, presets, random weights, files."""
