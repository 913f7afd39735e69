"""A model and an input become every gate of every step; one number explained; what a trace says of its units."""
