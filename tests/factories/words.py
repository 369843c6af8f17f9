"""What all factories share: the numbers and words that keep their rows apart."""

import itertools

PASSWORD = "network-city-demo"
count = itertools.count(1)


def canary(name: str) -> str:
    """A word that no page has by itself; letters only, so no escaping can hide it."""
    return f"canary{name.replace(' ', '').replace('-', '').lower()}"
