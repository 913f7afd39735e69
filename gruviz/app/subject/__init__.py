"""What a page is about: its weights, its input, the run of both, and a visitor's trainings."""
