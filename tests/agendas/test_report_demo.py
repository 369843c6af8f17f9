"""The demo’s reports: published whole, each text written, and only once."""

import pytest

from agendas import report_demo
from agendas.models import Report
from chapters.scope import in_chapter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("kind", "parts"), [("funder", 3), ("yearly", 4), ("baseline", 4)])
def test_a_report_of_each_kind_is_published_with_every_text(figures, sf, denver, lou, kind, parts):
    for _ in range(2):
        report_demo._publish(sf, lou, kind)
    with in_chapter(sf):
        (report,) = Report.objects.filter(kind=kind)
        written = [len(section.blocks) > 0 for section in report.sections.all()]
        assert (report.status, written) == ("published", [True] * parts)
        assert report.pdf is not None and report.pages > 1


def test_demo_names_texts_for_every_kind_that_it_publishes():
    published = {kind for _, _, kinds in report_demo.CITIES for kind in kinds}
    assert published == set(report_demo.TEXTS) == {"baseline", "yearly", "funder"}
