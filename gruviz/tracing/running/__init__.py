"""How gates are computed: nn.GRU's kernel and what is recovered from it, our own loop, what is done in it by hand."""
