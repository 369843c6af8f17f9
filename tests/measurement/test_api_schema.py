"""The schema of the API against the running application: it answers what it says it answers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed, settings
from rest_framework.throttling import AnonRateThrottle
from schemathesis.config import SchemathesisConfig
from schemathesis.generation import GenerationMode

from agendas.actions import deciding
from chapters.models import StoredFile
from chapters.scope import in_chapter
from config.wsgi import application
from measurement.actions.claims import make_claim
from measurement.actions.keys import make_key
from measurement.actions.reviewing import submit_upload
from measurement.api.sending import KeyThrottle
from tests.factories import make_agenda, make_report, make_result
from tests.factories.decisions import make_decision, vote

SCHEMA = "/api/v1/schema/?format=json"
# Every address is asked so many times with what the schema allows, and with what it does not.
EXAMPLES = 8
SEED = 20_261
# Generated words name nothing that there is, so every other case names what there is.
THERE = {
    "geoid": "0667000", "place": "0667000", "with": "0667000", "chapter": "san-francisco",
    "indicator": "employment_rate_25_54", "period": "2019-2023", "group": "sex=female",
    "limit": "3",
}  # fmt: skip
IDS: dict[str, str] = {}
CODES = {"indices": "womens_wellbeing", "default": "employment_rate_25_54"}


@pytest.fixture
def document(figures: None, sf: Any, lou: Any, client: Any) -> dict[str, Any]:
    make_agenda(sf)
    held = make_decision(sf, lou, opened=True)
    vote(held, lou, "consent")
    with in_chapter(sf, lou):
        IDS["decisions"] = str(deciding.close_decision(held, lou).pk)
        paper = StoredFile.objects.create(
            chapter=sf, name="r.pdf", content_type="application/pdf", content=b"%PDF", sha256="0"
        )
    report = make_report(sf, status="published", published_at=timezone.now(), pdf=paper)
    IDS["reports"] = str(report.pk)
    IDS["surveys"] = str(make_result(sf).survey_id)
    with in_chapter(sf):
        CODES["claims"] = make_claim(sf).token
        IDS["uploads"] = str(submit_upload(sf, "f.csv", b"indicator", {}, by=lou).pk)
        THERE["token"] = make_key(sf, "Schema", "send", by=lou)[1]
    answer: dict[str, Any] = client.get(SCHEMA).json()
    return answer


def ask(operation: Any, mode: GenerationMode) -> Counter[int]:
    """Call one operation with generated cases; every check of the answers holds."""
    asked: Counter[int] = Counter()

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        if mode is GenerationMode.POSITIVE and asked.total() % 2:
            name_what_is_there(case)
        # What comes zipped is compared by the tests of what is kept ready.
        key = {"Authorization": f"Bearer {THERE['token']}"}
        answer = case.call_and_validate(headers={"Accept-Encoding": "identity", **key})
        asked[answer.status_code] += 1

    call()
    return asked


def name_what_is_there(case: Any) -> None:
    place = case.path.split("/")[3]
    of_path = CODES.get(place, CODES["default"])
    for names in (case.path_parameters or {}, case.query or {}):
        names.update({name: THERE[name] for name in names.keys() & THERE.keys()})
        names.update({"code": of_path} if "code" in names else {})
        names.update({name: IDS[place] for name in ("id", "number") if name in names})


@pytest.mark.django_db(transaction=True)
def test_no_answer_differs_from_the_schema(document: dict[str, Any], monkeypatch: Any) -> None:
    for throttle in (AnonRateThrottle, KeyThrottle):
        monkeypatch.setattr(throttle, "rate", "100000/min", raising=False)
    schema = schemathesis.openapi.from_dict(document, config=SchemathesisConfig())
    schema.app = application
    asked: dict[str, Counter[int]] = {}
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        asked[operation.label] = ask(operation, GenerationMode.POSITIVE)
        if operation.query or operation.body:
            asked[operation.label] += ask(operation, GenerationMode.NEGATIVE)
    assert len(asked) == sum(len(entry) for entry in document["paths"].values())
    assert [name for name, counts in asked.items() if not counts[200] + counts[202]] == []
    assert not any(counts[500] + counts[503] for counts in asked.values())


def test_examples_are_answers_of_the_schema(document: dict[str, Any]) -> None:
    seen = 0
    for entry in document["paths"].values():
        for operation in entry.values():
            for answer in operation["responses"].values():
                for media in answer.get("content", {}).values():
                    for example in media.get("examples", {}).values():
                        shape = {**media["schema"], "components": document["components"]}
                        jsonschema.validate(example["value"], json.loads(json.dumps(shape)))
                        seen += 1
    assert seen >= 8


def test_examples_of_parameters_are_right(document: dict[str, Any], client: Any) -> None:
    for path, entry in document["paths"].items():
        if "{" in path or "get" not in entry:
            continue
        given = {
            p["name"]: p["schema"]["examples"][0]
            for p in entry["get"]["parameters"]
            if p["name"] != "cursor"
        }
        assert client.get(path, given).status_code == 200, path
