"""What all visitors of one server share: turns, memory, trainings, models, start."""
