// The formatter's only setting that is not its own: the width of a line, as in Python.
export default { printWidth: 120 };
