"""Keys of chapters: made by the council, shown once, good for one chapter, taken back at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from chapters import jobs
from chapters.models import AuditEntry, Job, Seat
from chapters.scope import in_chapter
from chapters.unscoped import as_backbone
from measurement.actions.keys import make_key
from measurement.models import ApiKey, Observation, Upload

PAGE = "/san-francisco/data/keys/"
API = "/api/v1/uploads/san-francisco/"
FIGURE = {"indicator": "employment_rate_25_54", "ref_area": "0667000", "period": "1999",
          "value": 0.5, "moe": 0.01, "conf_level": 90}  # fmt: skip
SENT = {"publisher": "Example Bureau", "source": "T1", "release": "r1", "programme": "ACS5",
        "licence": "Public domain", "figures": [FIGURE]}  # fmt: skip


@pytest.fixture
def token(sf: Any, lou: Any) -> str:
    with in_chapter(sf):
        return make_key(sf, "Nightly load", "send", by=lou)[1]


def send(client: Any, token: str, address: str = API, **changes: Any) -> Any:
    return client.post(
        address, {**SENT, **changes}, content_type="application/json",
        headers={"Authorization": f"Bearer {token}"} if token else {},
    )  # fmt: skip


def read(client: Any, token: str, address: str = API) -> Any:
    return client.get(address, headers={"Authorization": f"Bearer {token}"})


def test_a_key_is_shown_once_and_kept_as_a_digest(
    figures: None, client_for: Any, lou: Any, client: Any
) -> None:
    council = client_for(lou)
    answer = council.post(f"{PAGE}make/", {"name": "Nightly load", "scope": "send"})
    (token,) = re.findall(r"nc_[0-9a-f]{8}_[\w-]{43}", answer.content.decode())
    assert token not in council.get(PAGE).content.decode()
    with as_backbone():
        key = ApiKey.objects.get()
        assert token not in str(vars(key))
        assert list(
            AuditEntry.objects.filter(action__startswith="key.").values_list("action", flat=True)
        ) == ["key.made"]
    assert read(client, token).status_code == 200
    with as_backbone():
        assert ApiKey.objects.get().last_used_at is not None
    council.post(f"{PAGE}{key.pk}/revoke/")
    assert read(client, token).status_code == 401
    assert "Revoked" in council.get(PAGE).content.decode()


def test_what_a_key_sends_takes_the_way_of_every_file(
    figures: None, client: Any, token: str, sf: Any
) -> None:
    answer = send(client, token)
    assert answer.status_code == 202, answer.content
    assert answer.json()["state"] == "checking"
    with as_backbone():
        (job,) = Job.objects.unfinished()
        assert not Observation.objects.filter(period__label="1999").exists()
    jobs.run(job.pk, job.chapter_id)
    told = read(client, token, answer["Location"]).json()
    assert (told["state"], told["errors"], told["rows"]) == ("ready", 0, 1)
    assert [row["id"] for row in read(client, token).json()["results"]] == [told["id"]]
    with as_backbone():
        upload = Upload.objects.get()
        assert upload.chapter == sf
        assert bytes(upload.content) == (
            b"indicator,ref_area,period,value,moe,conf_level\r\n"
            b"employment_rate_25_54,0667000,1999,0.5,0.01,90\r\n"
        )
        assert not Observation.objects.filter(period__label="1999").exists()


def test_problems_are_told_by_row_and_column(figures: None, client: Any, token: str) -> None:
    answer = send(client, token, figures=[{**FIGURE, "value": 7.5}])
    with as_backbone():
        (job,) = Job.objects.unfinished()
    jobs.run(job.pk, job.chapter_id)
    told = read(client, token, answer["Location"]).json()
    assert told["state"] == "refused"
    assert (told["problems"][0]["code"], told["problems"][0]["line"]) == ("OBS-RANGE", 2)
    table = read(client, token, f"{answer['Location']}?format=csv").content.decode()
    assert table.splitlines()[0] == "line,column,severity,code,message,remedy"


def test_a_key_is_good_for_its_own_chapter_alone(
    figures: None, client: Any, token: str, denver: Any, sf: Any, lou: Any
) -> None:
    for wrong in ("", "nc_", "nc_00000000_x", token[:-1] + "!", token.upper(), "nc_\x00_x"):
        assert send(client, wrong).status_code == 401, wrong
    assert send(client, token, "/api/v1/uploads/denver/").status_code == 401
    upload = send(client, token).json()["id"]
    assert read(client, token, f"/api/v1/uploads/denver/{upload}/").status_code == 401
    with as_backbone():
        assert set(Upload.objects.values_list("chapter__slug", flat=True)) == {"san-francisco"}
    with in_chapter(denver):
        other = make_key(denver, "Other", "send", by=lou)[0]
        assert not ApiKey.objects.filter(chapter=sf).exists()
    with in_chapter(sf):
        assert not ApiKey._base_manager.filter(pk=other.pk).exists()


def test_a_key_ends_with_the_seat_of_who_made_it(
    figures: None, client: Any, token: str, sf: Any, lou: Any
) -> None:
    assert read(client, token).status_code == 200
    with in_chapter(sf):
        Seat.objects.filter(user=lou).update(ends_at=timezone.now())
    assert read(client, token).status_code == 401


def test_a_key_that_reads_does_not_send(figures: None, client: Any, sf: Any, lou: Any) -> None:
    with in_chapter(sf):
        token = make_key(sf, "Reader", "read", by=lou)[1]
    assert read(client, token).status_code == 200
    answer = send(client, token)
    assert (answer.status_code, answer.json()["detail"]) == (
        403, "This key may read, and not send."
    )  # fmt: skip


def test_a_body_that_is_wrong_is_refused_with_every_complaint(
    figures: None, client: Any, token: str
) -> None:
    answer = send(client, token, publisher=" ", figures=[FIGURE, {**FIGURE, "value": "x"}])
    assert answer.status_code == 400
    assert "publisher: " in answer.json()["detail"]
    assert "figures[1].value: A valid number is required." in answer.json()["detail"]
    for body in ("[]", "{", '"x"', '{"figures": {}}'):
        answer = client.post(
            API, body, content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        assert answer.status_code == 400, body
    large = send(client, token, publisher="x" * 2_700_000)
    assert large.status_code == 413


def test_who_may_see_and_make_keys(
    figures: None, client: Any, client_for: Any, lou: Any, dee: Any, bea: Any, mia: Any, token: str
) -> None:
    with as_backbone():
        key = ApiKey.objects.get()
    pages = {name: client_for(person) for name, person in
             {"lou": lou, "dee": dee, "bea": bea, "mia": mia}.items()}  # fmt: skip
    assert [pages[name].get(PAGE).status_code for name in pages] == [200, 404, 200, 404]
    given = {"name": "Mine", "scope": "send"}
    assert [pages[name].post(f"{PAGE}make/", given).status_code for name in ("dee", "bea")] == [
        404, 404
    ]  # fmt: skip
    assert pages["lou"].post(f"{PAGE}make/", {"name": ""}).status_code == 422
    assert pages["dee"].post(f"/denver/data/keys/{key.pk}/revoke/").status_code == 404
    assert pages["bea"].post(f"{PAGE}{key.pk}/revoke/").status_code == 302
    assert read(client, token).status_code == 401


def test_a_busy_key_is_told_to_wait(
    figures: None, client: Any, token: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr("measurement.api.sending.KeyThrottle.rate", "2/min", raising=False)
    answers = [read(client, token).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize("keys", [1, 30])
def test_the_page_of_keys_does_not_grow(
    figures: None, client_for: Any, sf: Any, lou: Any, keys: int, django_assert_max_num_queries: Any
) -> None:  # fmt: skip
    with in_chapter(sf):
        for number in range(keys):
            make_key(sf, f"Key {number}", "read", by=lou)
    council = client_for(lou)
    council.get(PAGE)
    with django_assert_max_num_queries(18):
        assert council.get(PAGE).status_code == 200
