"""Anonymous readers get ready-made bytes, and never old ones."""

import gzip
import socket
import time

import pytest
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import include, path

from chapters import cache, ready
from chapters.gates import public, signed_in
from chapters.models import Chapter
from chapters.ready import forget
from chapters.scope import as_self
from config.checks import check_ready

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]
renders: list[str] = []


def _page(request, chapter=""):
    renders.append(request.get_full_path())
    visions = Chapter.objects.order_by("name").values_list("vision", flat=True)
    shown = visions.filter(slug=chapter) if chapter else visions
    return HttpResponse("|".join(shown) + " " + "filler " * 100)


def _token(request):
    renders.append("token")
    return HttpResponse(get_token(request))


app_name = "pages"
urlpatterns = [
    path("", ready.ready(public(_page))),
    path("years/", ready.ready(query=["year"])(public(_page))),
    path("token/", ready.ready(public(_token))),
    path("plain/", public(_page)),
    path("<slug:chapter>/", ready.ready(public(_page))),
    path("", include("config.urls")),  # what the page of a missing address links to
]


@pytest.fixture(autouse=True)
def empty_shelf(monkeypatch):
    """No pages, no renders, a cache that answers."""
    monkeypatch.setattr(ready, "shelf", ready.Shelf())
    monkeypatch.setattr(cache.ForgivingRedisCache, "_resting_until", 0.0)
    ready._owed.clear()
    renders.clear()


@pytest.fixture
def reader():
    return Client()


def change(chapter, vision):
    with as_self():
        Chapter.objects.filter(pk=chapter.pk).update(vision=vision)
        forget(chapter)


def first_word(response):
    return response.content.decode().split(" filler")[0]


def test_page_is_rendered_once_for_all_readers(sf, django_assert_num_queries):
    first = Client().get("/san-francisco/")
    with django_assert_num_queries(0):
        second = Client().get("/san-francisco/")
    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)
    assert renders == ["/san-francisco/"]


def test_headers_of_the_page_are_kept(sf, reader):
    reader.get("/san-francisco/")
    response = reader.get("/san-francisco/")
    assert response["Content-Security-Policy"] == reader.get("/plain/")["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Cache-Control"] == "no-cache"
    assert {part.strip() for part in response["Vary"].split(",")} == {"Accept-Encoding", "Cookie"}
    assert int(response["Content-Length"]) == len(response.content)


def test_reader_who_has_the_page_gets_304(sf, reader):
    tag = reader.get("/san-francisco/")["ETag"]
    response = reader.get("/san-francisco/", headers={"If-None-Match": f'W/{tag}, "other"'})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)
    assert "Content-Length" not in response
    change(sf, "New")
    response = reader.get("/san-francisco/", headers={"If-None-Match": tag})
    assert (response.status_code, first_word(response)) == (200, "New")


def test_head_tells_the_length_and_sends_nothing(sf, reader):
    length = reader.get("/san-francisco/")["Content-Length"]
    response = reader.head("/san-francisco/")
    assert (response["Content-Length"], response.content) == (length, b"")


def test_zipped_page_is_the_same_page(sf, reader):
    plain = reader.get("/san-francisco/")
    zipped = reader.get("/san-francisco/", headers={"Accept-Encoding": "br, gzip"})
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert zipped["ETag"] != plain["ETag"]
    assert len(renders) == 1


def test_change_of_a_chapter_shows_on_its_page_and_the_national_one(sf, denver, reader):
    for address in ("/san-francisco/", "/denver/", "/"):
        reader.get(address)
    renders.clear()
    change(sf, "New")
    assert first_word(reader.get("/san-francisco/")) == "New"
    assert first_word(reader.get("/")).endswith("|New")
    reader.get("/denver/")
    assert renders == ["/san-francisco/", "/"]


def test_change_shows_after_the_commit_and_in_every_process(sf, reader):
    reader.get("/san-francisco/")
    theirs = ready.shelf  # another process has its own shelf, and hears of nothing
    ready.shelf = ready.Shelf()
    change(sf, "New")
    ready.shelf = theirs
    assert first_word(reader.get("/san-francisco/")) == "New"


def test_rolled_back_change_forgets_nothing(sf, reader):
    reader.get("/san-francisco/")
    with pytest.raises(ZeroDivisionError), as_self():
        forget(sf)
        _ = 1 / 0
    reader.get("/san-francisco/")
    assert len(renders) == 1


def test_page_made_before_the_commit_is_old_at_once(sf, reader, monkeypatch):
    """The commit falls between reading the rows and keeping the page."""

    def commit_meanwhile(*arguments):
        monkeypatch.setattr(ready, "_may_be_kept", may_be_kept)
        change(sf, "New")
        return may_be_kept(*arguments)

    may_be_kept = ready._may_be_kept
    monkeypatch.setattr(ready, "_may_be_kept", commit_meanwhile)
    assert first_word(reader.get("/san-francisco/")) != "New"
    assert first_word(reader.get("/san-francisco/")) == "New"


def test_signed_in_reader_gets_a_page_of_their_own(sf, lou, client_for):
    client = client_for(lou)
    for _ in range(2):
        client.get("/san-francisco/")
    assert len(renders) == 2
    assert "ETag" not in client.get("/san-francisco/")


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Authorization": "Bearer x"}])
def test_fragment_and_token_requests_pass_by(sf, reader, headers):
    for _ in range(2):
        reader.get("/san-francisco/", headers=headers)
    assert len(renders) == 2


def test_page_with_a_token_is_never_kept(reader):
    first, second = Client().get("/token/"), Client().get("/token/")
    assert first.cookies["csrftoken"].value != second.cookies["csrftoken"].value
    assert renders == ["token", "token"]


def test_only_named_parameters_are_kept(sf, reader):
    for address in ("/years/?year=2023", "/years/?year=2022", "/years/?page=9", "/plain/"):
        for _ in range(2):
            assert reader.get(address).status_code == 200
    assert renders == [
        "/years/?year=2023",
        "/years/?year=2022",
        "/years/?page=9",
        "/years/?page=9",
        "/plain/",
        "/plain/",
    ]


def test_missing_chapter_and_wrong_host_are_not_kept(sf, reader):
    for _ in range(2):
        assert reader.get("/nowhere/").status_code == 404
        assert reader.get("/san-francisco/").status_code == 200
        wrong = reader.get("/san-francisco/", headers={"Host": "evil.example"})
        assert wrong.status_code == 400


def test_shelf_is_bounded_in_number_and_in_bytes(sf, reader, monkeypatch):
    monkeypatch.setattr(ready, "MOST_PAGES", 2)
    for year in (1, 2, 1, 3):
        reader.get(f"/years/?year={year}")
    renders.clear()
    reader.get("/years/?year=1")
    reader.get("/years/?year=2")
    assert renders == ["/years/?year=2"]
    monkeypatch.setattr(ready, "MOST_BYTES", 100)
    reader.get("/years/?year=4")
    assert (len(ready.shelf._pages), ready.shelf._bytes) == (0, 0)


def test_nothing_is_older_than_a_minute(sf, reader, monkeypatch):
    reader.get("/san-francisco/")
    monkeypatch.setattr(ready, "LONGEST_SECONDS", 0.0)
    reader.get("/san-francisco/")
    assert len(renders) == 2


@pytest.fixture
def frozen_cache(settings):
    """The cache's server takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": address}}
        yield


def test_page_is_two_seconds_old_at_most_while_the_cache_is_away(sf, reader, frozen_cache):
    started = time.monotonic()
    reader.get("/san-francisco/")
    assert time.monotonic() - started < 2
    reader.get("/san-francisco/")
    assert len(renders) == 1
    change(sf, "New")
    assert first_word(reader.get("/san-francisco/")) == "New"
    time.sleep(ready.BLIND_SECONDS)
    reader.get("/san-francisco/")
    assert len(renders) == 3


def test_change_during_an_outage_reaches_the_other_processes_after_it(sf, reader):
    reader.get("/san-francisco/")
    theirs = ready.shelf
    ready.shelf = ready.Shelf()
    cache.rest()
    change(sf, "New")
    cache.ForgivingRedisCache._resting_until = 0.0
    reader.get("/")  # the next request of this process pays what it owes
    ready.shelf = theirs
    assert first_word(reader.get("/san-francisco/")) == "New"


def test_private_view_may_not_be_ready(monkeypatch):
    assert check_ready() == []
    monkeypatch.setattr(urlpatterns[0], "callback", ready.ready(signed_in(_page)))
    assert [error.id for error in check_ready()] == ["gates.E002"]
