"""gruviz: see inside a GRU. Start with `streamlit run app.py`."""

import streamlit as st

from gruviz.app.server.start import SCRIPT, parts

app = st.App(SCRIPT, **parts())
