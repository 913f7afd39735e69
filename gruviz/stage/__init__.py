"""A trace and a view as bytes the browser draws, and the questions the browser asks about it; no Streamlit."""
