"""The policy in the header: the library's words, whoever writes them, on every kind of answer."""

from typing import Any

import pytest
from csp.decorators import csp_exempt, csp_update
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config.policy import PolicyMiddleware

HEADER = "Content-Security-Policy"
KINDS = (PolicyMiddleware, CSPMiddleware)


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]


def own(request: HttpRequest) -> HttpResponse:
    return HttpResponse(headers={HEADER: "default-src 'none'"})


@pytest.mark.parametrize(
    "view", [plain, own, nonce, csp_update({"img-src": ["https://one.example"]})(plain),
             csp_exempt()(plain)],
)  # fmt: skip
def test_every_answer_has_the_policy_that_the_library_would_write(view) -> None:
    ours, theirs = (kind(view)(RequestFactory().get("/")) for kind in KINDS)
    assert parts(ours) == parts(theirs)


def test_the_usual_policy_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = PolicyMiddleware(plain)
    monkeypatch.setattr("csp.middleware.build_policy", None)
    assert parts(answer(RequestFactory().get("/"))) == set(build_policy().split("; "))


def parts(answer: Any) -> set[str]:
    return set(answer.headers.get(HEADER, "").split("; "))
