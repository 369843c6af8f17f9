"""What holds for every kind of letter: absolute links, and subjects that are sentences."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth import account, mfa
from django.conf import settings
from django.template.loader import get_template

from tests.browsing import Visit, email_of
from tests.stack import Stack

ROOT = Path(__file__).parents[2]
OURS = sorted((ROOT / "templates" / "mail").glob("*"))
# Sign-up and sign-in by other providers are off, as are codes in the place of reset links.
UNUSED = {"password_reset_code_subject.txt"}
THEIRS = sorted(
    path
    for package in (account, mfa)
    for path in (Path(package.__path__[0]).parent / "templates").glob("*/email/*_subject.txt")
    if path.parts[-3] in ("account", "mfa") and path.name not in UNUSED
)
PLAIN_URL = re.compile(r"(?<!{{ site_url }}){%\s*url\s(?![^%]*\sas\s\w+\s*%})[^%]*%}")
NAMED_URL = re.compile(r"{%\s*url\s[^%]*\sas\s(\w+)\s*%}")
# Whole addresses, made where the letter is posted.
KNOWN = re.compile(r"mailto:|{{ (site_url|link|(\w+_)?url) }}")
HREF = re.compile(r"href=\"([^\"]*)\"")


def loose_links(text: str) -> list[str]:
    """Addresses in a template that do not begin with the site's."""
    found = PLAIN_URL.findall(text)
    for name in NAMED_URL.findall(text):
        used = re.findall(rf"[^\s%{{}}]*\b{name}\b", text)
        found += [use for use in used if use not in (name, f"url=site_url|add:{name}")]
    return found + [link for link in HREF.findall(text) if not KNOWN.match(link)]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_links_of_templates_begin_with_the_site(path):
    assert loose_links(path.read_text()) == []


@pytest.mark.parametrize(
    "text",
    ['Open it: {% url "members:mail" %}', '<a href="/me/mail/">', '<a href="{{ path }}">',
     '{% url "members:mail" as path %}{% include "b.html" with url=path %}'],
)  # fmt: skip
def test_loose_links_would_be_found(text):
    assert loose_links(text)


@pytest.mark.parametrize("path", THEIRS, ids=lambda path: path.name)
def test_subjects_about_accounts_are_our_own_sentences(path):
    found: Any = get_template("/".join(path.parts[-3:]))
    assert Path(found.origin.name).is_relative_to(ROOT / "templates")
    subject = found.render().strip()
    # Capitals stand at the beginning alone.
    assert subject == subject.capitalize() and len(subject.split()) > 2
    assert get_template(found.template.name.replace("_subject", "_message"))


@pytest.mark.journey
def test_letters_that_went_out_lead_to_the_site_alone(
    stack: Stack, visit_as: Callable[..., Visit]
) -> None:
    # One at least: the others are whatever the tests before sent.
    visit = visit_as()
    visit.go("/account/password/reset/").get_by_label("Email").fill(email_of("mia"))
    visit.page.get_by_role("main").get_by_role("button").first.click()
    visit.letter(email_of("mia"), "password")
    letters = stack.letters()
    # A meeting that is held online is somewhere else, as its council typed it.
    meetings = [url for (url,) in stack.rows("select online_url from convenings_convening") if url]
    known = ("mailto:", stack.url, settings.SITE_URL, *meetings)
    for letter in letters:
        links = [html.unescape(link) for link in HREF.findall(letter["html"])]
        wrong = [link for link in links if not link.startswith(known)]
        assert wrong == [], letter["subject"]
        assert not re.search(r"(?<![\w/])/(me|admin|join|account)/", letter["text"])
