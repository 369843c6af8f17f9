"""Pages of a report, read by another library than the one that wrote them."""

import copy
import io
import json
import subprocess
import sys

import pypdf
import pytest

from agendas.actions import reports as actions
from agendas.actions.parts import revise_part
from agendas.models import ReportSection
from agendas.reports import Written, compose, count_pages, on_paper
from chapters.scope import in_chapter
from tests.pdf_ua import find_faults, read_tree

ODD = "Sample #let x = 1 $y$ *bold* **strong** [site](https://example.org/a) @cite <tag> \\ `raw`"


@pytest.fixture
def pdf(built, sf, lou):
    """A report with everything that people can write in it."""
    with in_chapter(sf, lou):
        for section in built.sections.select_related("report"):
            revise_part(section, lou, 1, f"{ODD}\n\n## More\n\n- One\n- Two\n\n1. First")
        return on_paper(compose(built.title, built.inputs, actions.written_of(built)))


@pytest.mark.django_db
def test_paper_passes_an_independent_check_of_pdf_ua(pdf, built):
    assert find_faults(pdf) == []
    tree = read_tree(pypdf.PdfReader(io.BytesIO(pdf)))
    figures = [one for one in tree if one.role == "Figure"]
    with_words = [str(one.raw["/Alt"]) for one in figures]
    assert len(figures) >= 15 and len(set(with_words)) == len(with_words)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert count_pages(pdf) == len(reader.pages) >= 12
    assert reader.metadata and reader.metadata.title == built.title
    text = "".join(page.extract_text() for page in reader.pages)
    for piece in ("#let x = 1 $y$", "<tag>", "strong", "site"):
        assert piece in text
    assert "**strong**" not in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("find", "put", "fault"),
    [
        (b"/Alt", b"/Xlt", "a drawing without words"),
        (b"/Lang", b"/Lxng", "no language"),
        (b"/Marked true", b"/Marked null", "not marked as tagged"),
        (b"/DisplayDocTitle true", b"/DisplayDocTitle null", "does not show its title"),
        (b"pdfuaid:part", b"pdfuaid:xart", "no PDF/UA identifier"),
    ],
)
def test_the_check_sees_what_is_wrong(pdf, find, put, fault):
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    plain = io.BytesIO()
    writer.write(plain)
    broken = plain.getvalue().replace(find, put)
    assert fault in find_faults(broken)


@pytest.mark.django_db
def test_paper_bears_the_day_of_its_figures(pdf, built):
    made = pypdf.PdfReader(io.BytesIO(pdf)).metadata
    assert made and made.creation_date and made.modification_date
    assert {str(made.creation_date.date()), str(made.modification_date.date())} == {
        built.inputs["as_of"]
    }


@pytest.mark.django_db
def test_all_that_is_said_of_a_chart_stands_on_its_page(built):
    inputs = copy.deepcopy(built.inputs)
    cities = [f"{name} City" for name in ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir")]
    for one in inputs["indicators"]:
        peers = one["peers"]
        (own, other), (row, own_row) = peers["dots"], peers["rows"]
        peers["dots"] = [own, *([city, other[1]] for city in cities)]
        peers["rows"] = [*([city, *row[1:]] for city in cities), own_row]
        peers["said"] = [
            {"text": f"{one['name']} is another in {city}.", "figures": peers["figures"][:1]}
            for city in cities
        ]
    document = compose(built.title, inputs, Written({}, {}))
    paper = on_paper(document)
    assert find_faults(paper) == []
    pages = [
        "".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(paper)).pages
    ]
    for one in inputs["indicators"]:
        caption = "".join(f"{one['name']} beside other cities".split())
        (found,) = [page for page in pages if caption in page]
        assert all("".join(said["text"].split()) in found for said in one["peers"]["said"])


@pytest.mark.django_db
def test_text_of_a_section_changes_the_paper(pdf, built, sf, lou):
    with in_chapter(sf, lou):
        ReportSection.objects.filter(report=built, key="summary").update(body="Other.")
        assert on_paper(compose(built.title, built.inputs, actions.written_of(built))) != pdf


def test_web_workers_never_load_what_prints():
    code = (
        "import json, sys\n"
        "import config.wsgi\n"
        "from django.urls import get_resolver\n"
        "get_resolver().url_patterns\n"
        "print(json.dumps([n for n in ('typst', 'vl_convert') if n in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []
