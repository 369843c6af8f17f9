"""The servers of a local installation: where they lie, how they start, who looks after them."""
