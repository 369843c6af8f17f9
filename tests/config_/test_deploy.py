"""What is shipped is what is tested: the container's processes are those of `make run`."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.stack import programs

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def started_here(name: str) -> list[str]:
    """The command of `make run`, without the interpreter and local paths."""
    (program,) = [program for program in programs.site() if program.name == name]
    return list(program.command[2:])


def test_compose_has_every_process_of_the_product(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_compose_starts_celery_as_make_run_does(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["command"][:4] == started_here(name)[:4]


def test_image_starts_the_web_as_make_run_does() -> None:
    (line,) = [x for x in (ROOT / "Dockerfile").read_text().splitlines() if x.startswith("CMD")]
    words = yaml.safe_load(line.removeprefix("CMD "))
    assert sorted(words) == sorted(started_here("web"))


def test_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["city"]


def test_image_holds_every_app() -> None:
    copied = {x.split()[1] for x in (ROOT / "Dockerfile").read_text().splitlines() if "COPY" in x}
    packages = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert packages <= copied


def test_only_the_migration_step_may_own_tables(compose: dict[str, Any]) -> None:
    secrets = {
        name: set(service.get("environment", {})) & {"DATABASE_ADMIN_URL", "DATABASE_OWNER_URL"}
        for name, service in compose["services"].items()
    }
    assert {name for name, found in secrets.items() if found} == {"migrate"}


def test_compose_writes_down_no_password(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key or "URL" in key:
                assert "${" in str(value), key
