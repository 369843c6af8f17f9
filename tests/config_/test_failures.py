"""A database that is away is no mistake of ours, and says when to come back."""

import psycopg2
import pytest
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest
from django.test import Client
from django.urls import path

from chapters.gates import public
from config.failures import server_error

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
handler500 = server_error


def _away(request: HttpRequest) -> None:
    raise OperationalError("connection refused")


def _cut(request: HttpRequest) -> None:
    raise DatabaseError("no message from the libpq") from psycopg2.DatabaseError()


def _cleaning(request: HttpRequest) -> None:
    try:
        raise OperationalError("server closed the connection unexpectedly")
    except OperationalError:
        raise RuntimeError("the scope can't be closed") from None


def _wrong(request: HttpRequest) -> None:
    raise ZeroDivisionError


def _unsaved(request: HttpRequest) -> None:
    raise DatabaseError("Save with update_fields did not affect any rows.")


VIEWS = {"away": _away, "cut": _cut, "cleaning": _cleaning, "wrong": _wrong, "unsaved": _unsaved}
urlpatterns = [path(name, public(view)) for name, view in VIEWS.items()]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/away", 503, "We will be back"),
        ("/cut", 503, "We will be back"),
        ("/cleaning", 503, "We will be back"),
        ("/wrong", 500, "Something went wrong here"),
        ("/unsaved", 500, "Something went wrong here"),
    ],
)
def test_failures_are_told_apart(address: str, status: int, words: str) -> None:
    response = Client(raise_request_exception=False).get(address)
    assert response.status_code == status
    assert words in response.content.decode()
    assert ("Retry-After" in response) is (status == 503)


def test_the_site_uses_these_pages() -> None:
    from config import urls

    assert urls.handler500 == "config.failures.server_error"
