"""What a GRU reads: synthetic sequences, typed numbers, tables, arrays, text; scaled, bounded, never torch."""
