"""The outgoing side: what happened, who wants to know, and how each is told. Pure, like the whole of the domain."""
