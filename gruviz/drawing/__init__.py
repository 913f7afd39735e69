"""Colours and their domains; traces and trainings as Plotly figures and as files to keep."""
