"""Scenes, requests and responses as bytes, without Streamlit."""
