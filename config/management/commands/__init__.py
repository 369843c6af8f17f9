"""Commands of the whole project: `up`, `upgrade`, `prepare_database`, and more."""
