"""What the product costs, measured beside its limits: `python -m bench [figure ...]`.

A module of this package that has `FIGURES` (the names it measures) and `measure(wanted)` (which
yields `bench.figure.Figure`) takes part.
"""
