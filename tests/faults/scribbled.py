"""Which texts of the tables the walk has written, and why it leaves others out."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models

from tests.faults.scribbling import TINY, Plot
from tests.faults.test_42_every_field import FLOORS, MACHINE

ROOM = len("zqaa" + TINY)
# The mark of a text, and the quotation mark that follows it, as it is or as an entity.
MARK = "zq[a-z]{2}(''|&#)"
WORDED, FROM_FILE = "the product’s own words", "read from files that come with the product"
PROVIDER, COUNTED = "the payment provider’s", "figures and keys that are worked out"
RECIPE = "imported by the backbone from a file that is checked; tests/measurement/test_index*"
# `*` stands for every further text of a table.
EXCUSED: dict[str, str] = {
    "agendas_agenda.adopted_note": "seen when it is published; its adoption writes over it",
    "agendas_evidence.figure": COUNTED,
    "agendas_evidence.source": COUNTED,
    "agendas_need.figures": COUNTED,
    "agendas_needranking.criteria": WORDED,
    "agendas_report.options": "cities and kinds to choose from",
    "agendas_reportsection.heading": WORDED,
    "agendas_reportsection.help": WORDED,
    "agendas_reporttext.reason": WORDED,
    "chapters_job.error": WORDED,
    "chapters_job.phase": WORDED,
    "chapters_mail.error": "what a mail server answers; tests/chapters/test_delivery.py",
    "chapters_mailchoice.declined": "kinds of letters to choose from",
    "chapters_personfile.name": WORDED,
    "chapters_place.name": FROM_FILE,
    "chapters_storedfile.name": "a kind, a year and the chapter’s address",
    "measurement_category.*": FROM_FILE,
    "measurement_categoryoption.*": FROM_FILE,
    "measurement_claim.*": COUNTED,
    "measurement_demographicgroup.*": FROM_FILE,
    "measurement_indextemplate.*": RECIPE,
    "measurement_indexversion.about": RECIPE,
    "measurement_indexversion.definition": RECIPE,
    "measurement_indexversion.inputs": RECIPE,
    "measurement_indexversion.name": RECIPE,
    "measurement_indexversion.scores": COUNTED,
    "measurement_indicator.break_note": FROM_FILE,
    "measurement_indicator.origin": "the chapter’s name, once the nation has taken it",
    "measurement_observation.annotation_raw": "a source’s sign, cut to 40 letters; on no page",
    "measurement_packagefile.*": WORDED,
    "measurement_scorecard.*": FROM_FILE,
    "measurement_scorecardline.*": FROM_FILE,
    "measurement_source.underlying": FROM_FILE,
    "members_account.*": WORDED,
    "members_checkout.error": PROVIDER,
    "members_dispute.*": PROVIDER,
    "members_fund.*": WORDED,
    "members_merge.changes": "keys of rows that were moved",
    "members_merge.kept_apart": "keys of rows that were left",
    "members_movement.source": PROVIDER,
    "members_openline.*": WORDED,
    "members_organizationtier.*": "the whole nation’s prices, which staff set",
    "members_payout.*": PROVIDER,
    "members_refund.error": PROVIDER,
    "members_stripeevent.*": PROVIDER,
    "members_user.password": "a digest",
    "members_watermark.*": PROVIDER,
}


def texts() -> dict[str, list[str]]:
    """The columns of each table in which script has room, and of which no form offers a choice."""
    found = {}
    for model in apps.get_models():
        if model._meta.app_label in FLOORS:
            found[model._meta.db_table] = [one.column for one in _texts_of(model)]
    return {table: columns for table, columns in found.items() if columns}


def _texts_of(model: Any) -> Iterator[Any]:
    for one in model._meta.concrete_fields:
        is_text = isinstance(one, models.CharField | models.TextField | models.JSONField)
        # Addresses have a form, and a slug has no room for markup.
        has_form = isinstance(one, models.EmailField | models.SlugField)
        has_room = one.max_length is None or one.max_length >= ROOM
        is_given = one.choices or MACHINE.search(one.name)
        if is_text and has_room and not has_form and not is_given:
            yield one


def unwritten(plot: Plot) -> set[str]:
    """`table.column` of every text that is neither written nor excused."""
    known = {f"{table}.{column}" for table, columns in texts().items() for column in columns}
    return {
        place for place in known - written(plot)
        if place not in EXCUSED and f"{place.partition('.')[0]}.*" not in EXCUSED
    }  # fmt: skip


def idle_excuses(plot: Plot) -> set[str]:
    """Excuses for texts that are written after all, or that no table has."""
    known = {f"{table}.{column}" for table, columns in texts().items() for column in columns}
    left = known - written(plot)
    return {
        excuse for excuse in EXCUSED
        if excuse not in left and not any(place == excuse.replace("*", place.partition(".")[2])
                                          for place in left)
    }  # fmt: skip


def written(plot: Plot) -> set[str]:
    """`table.column` of every text that has a mark in it."""
    queries = [
        f"select '{table}.{column}' where exists"
        f' (select 1 from "{table}" where "{column}"::text ~ \'{MARK}\')'
        for table, columns in texts().items()
        for column in columns
    ]
    return {place for (place,) in plot.rows(" union all ".join(queries))}
