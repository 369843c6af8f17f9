"""Computes a composite index from files: a definition and a wide table in, a long table out."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError

from measurement.draws import simulate
from measurement.index import compute
from measurement.recipe import IndexRefused, Recipe, read_recipe, with_weights
from measurement.sheets import read_data, read_errors, read_weights, write_scores

REFUSED = 2
DRAWS = 1000


class Command(BaseCommand):
    """`manage.py index DEFINITION.json DATA.csv`; touches no database."""

    help = "Compute a composite index: DEFINITION.json and DATA.csv in, a long CSV out."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, draws and seed."""
        parser.add_argument("definition", type=Path, metavar="DEFINITION.json")
        parser.add_argument("data", type=Path, metavar="DATA.csv")
        parser.add_argument("--weights", type=Path, metavar="W.csv", help="code,weight")
        parser.add_argument("--se", type=Path, metavar="SE.csv", help="standard errors, as DATA")
        parser.add_argument("--draws", type=int, metavar="N", help=f"with --se: {DRAWS}")
        parser.add_argument("--seed", type=int, default=1, metavar="S", help="1")
        parser.add_argument("-o", "--output", type=Path, metavar="OUT.csv", help="standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the scores, or refuse with exit status 2 and write nothing."""
        try:
            text, note = scores(options)
        except IndexRefused as refused:
            raise CommandError(str(refused), returncode=REFUSED) from refused
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"IDX-FILE: {error}", returncode=REFUSED) from error
        if note:
            self.stderr.write(note)
        if options["output"] is None:
            self.stdout.write(text, ending="")
            return
        replace_file(options["output"], text)


def scores(options: dict[str, Any]) -> tuple[str, str]:
    """The long table and, with draws, a sentence on what was moved. Raises IndexRefused."""
    recipe = recipe_of(options)
    data = read_data(read(options["data"]), recipe)
    result = compute(recipe, data)
    if options["se"] is None and options["draws"] is None:
        return write_scores(result), ""
    errors = options["se"] and read_errors(read(options["se"]), recipe, data)
    number = DRAWS if options["draws"] is None else options["draws"]
    draws = simulate(recipe, data, errors, draws=number, seed=options["seed"])
    bands = {node.code: draws.bands(node.code) for node in recipe.nodes}
    return write_scores(result, bands), f"{number} draws, seed {draws.seed}. {draws.note}"


def recipe_of(options: dict[str, Any]) -> Recipe:
    """The definition, with other weights where they are given. Raises IndexRefused."""
    try:
        definition = json.loads(
            read(options["definition"]), object_pairs_hook=once_each, parse_constant=refuse_constant
        )
    except IndexRefused:
        raise
    except (ValueError, RecursionError) as error:
        raise IndexRefused(f"IDX-FILE: The definition is not JSON: {error}") from error
    recipe = read_recipe(definition)
    if options["weights"] is None:
        return recipe
    return with_weights(recipe, read_weights(read(options["weights"])))


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; of a key that is given twice nobody knows which one is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise IndexRefused(f"IDX-DUP: A key is given twice among {', '.join(found)}.")
    return found


def refuse_constant(name: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise IndexRefused(f"IDX-TYPE: {name} is not a number.")


def read(path: Path) -> str:
    """The text of a file, without the mark that some programs put before it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return file.read()


def replace_file(path: Path, text: str) -> None:
    """Put the whole text in place at once: a reader never finds half of it."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.replace(part, path)
    except OSError as error:
        raise CommandError(f"IDX-FILE: {error}", returncode=REFUSED) from error
