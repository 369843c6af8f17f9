"""Links to a survey: sent once to each member, however often the button is pressed."""

from __future__ import annotations

from typing import Any

import pytest

from chapters.models import Mail
from chapters.unscoped import as_backbone
from tests.factories import make_membership, make_question, make_seat, make_survey, make_user
from tests.factories.surveys import open_for

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("by_name", [False, True])
def test_second_press_of_send_says_what_was_done(sf: Any, client_for: Any, by_name: bool) -> None:
    survey, chair = make_survey(sf, title="Rent"), client_for(make_seat(sf, make_user()).user)
    make_question(survey)
    ada, bo = (make_user(name) for name in ("ada", "bo"))
    for person in (ada, bo):
        make_membership(sf, person)
    open_for(survey, 0)
    address = f"/san-francisco/surveys/{survey.pk}/invite/"
    sent = {"members": [str(ada.pk)]} if by_name else {"everybody": "on"}
    assert chair.post(address, sent).status_code == 302
    page = chair.post(address, sent, follow=True)
    words = page.content.decode()
    assert (
        page.status_code == 200
        and page.redirect_chain[0][0] == f"/san-francisco/surveys/{survey.pk}/"
    )
    assert "Everybody you chose has a link already" in words and "There is a problem" not in words
    with as_backbone():
        letters = Mail.objects.filter(kind="survey-invitation")
        assert letters.count() == (1 if by_name else 2)
    assert chair.post(address, {"links": ""}).status_code == 422  # nobody was chosen at all
    assert chair.post(address, {"members": ["0"]}).status_code == 422
