"""A mail server that keeps every message to itself, and a mailbox to read them in.

For development and tests: nothing leaves the machine. Rooms, lowest first: `messages` (files and
what is in them), `faults` (refusals on demand), `smtp`, `pages`, `web`.
"""
