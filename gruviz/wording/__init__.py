"""Every word people read, numbers as they are read, and what can be wrong, said in one sentence."""
