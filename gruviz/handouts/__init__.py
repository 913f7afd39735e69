"""Offline HTML files with scenes, written to disk or shown as the output of a notebook cell."""
