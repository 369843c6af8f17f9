"""The backbone reads texts and changes none."""

import pytest

from agendas.models import Revision
from chapters.scope import in_chapter
from tests.factories import make_agenda, make_section

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("model", ["agenda", "section", "revision"])
def test_admin_shows_agendas_of_all_chapters_and_changes_none(sf, denver, bea, client_for, model):
    for chapter in (sf, denver):
        make_section(make_agenda(chapter, mark=chapter.name), mark=chapter.name)
    client = client_for(bea)
    page = client.get(f"/admin/agendas/{model}/").content.decode()
    assert "San Francisco" in page and "Denver" in page
    with in_chapter(sf):
        pk = Revision.objects.get().pk
    for address in (f"/admin/agendas/{model}/add/", f"/admin/agendas/revision/{pk}/delete/"):
        assert client.get(address).status_code == 403
    assert client.post(f"/admin/agendas/revision/{pk}/change/", {"body": "x"}).status_code == 403
