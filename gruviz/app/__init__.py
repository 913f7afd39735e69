"""The page people see; Streamlit lives here alone."""
