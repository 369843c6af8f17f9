"""The two front pages, which show something of every floor."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chapters.gates import public
from chapters.models import Chapter
from chapters.ready import ready


@ready
@public
def national_home(request: HttpRequest) -> HttpResponse:
    """The national front page."""
    chapters = Chapter.objects.select_related("place")
    return render(request, "chapters/national_home.html", {"chapters": chapters})


@ready
@public
def chapter_home(request: HttpRequest, chapter: str) -> HttpResponse:
    """A chapter's public page."""
    return render(request, "chapters/home.html")
