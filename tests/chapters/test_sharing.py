"""What a form of several people shows of values that nobody can read as they are stored."""

import json

import pytest
from django import forms
from django.test import Client

from chapters.sharing import SharedForm
from tests.factories import make_agenda, make_project, make_section

A_PAGE = "What a page showed. " * 10


class Meeting(SharedForm):
    room = forms.ChoiceField(
        choices=[("3", "Library"), ("Upstairs", [("4", "Hall")])], required=False
    )
    tags = forms.MultipleChoiceField(choices=[("a", "Work")], required=False)
    held_on = forms.DateField(required=False)
    closes = forms.CharField(
        required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )


@pytest.mark.parametrize(
    ("name", "stored", "words"),
    [
        ("room", "4", "Hall"),
        ("room", "17", "Something that can’t be chosen any more"),
        ("room", "", "Nothing"),
        ("tags", ["a", "z"], "Work, Something that can’t be chosen any more"),
        ("held_on", "2026-03-05", "March 5, 2026"),
        ("held_on", "soon", "soon"),
        ("closes", "2026-03-05T18:00", "March 5, 2026, 6:00 pm"),
    ],
)
def test_a_value_is_told_in_words(name, stored, words):
    base = {"room": "3", "tags": [], "held_on": "2026-01-02", "closes": ""}
    form = Meeting({**base, "base": json.dumps(base)})
    assert form.is_valid()
    (met,) = form.meet(Meeting(initial=base | {name: stored}))
    assert (met.name, met.theirs) == (name, words)


@pytest.mark.django_db
def test_a_refused_form_gives_back_words_and_nothing_that_nobody_typed(sf, lou):
    strategy = make_section(make_agenda(sf), lou, heading="Fair pay")
    project = make_project(strategy, lou)
    client = Client(enforce_csrf_checks=True)
    client.force_login(lou)
    typed = "Sixty words that somebody would be sorry to type once more."
    sent = {"summary": typed, "base": json.dumps({"summary": A_PAGE}), "form_key": A_PAGE}
    answer = client.post(f"/san-francisco/projects/{project.pk}/edit/", sent)
    page = answer.content.decode()
    assert answer.status_code == 403 and typed in page
    assert A_PAGE.strip() not in page and page.count("<textarea") == 1
