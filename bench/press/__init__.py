"""Two processes that print what they read: ours and the peer's."""
