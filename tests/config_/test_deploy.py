"""What is shipped is what is tested: the container's processes are those of `make run`."""

import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from django.core.management import CommandError, call_command

from config.stack import layout, programs

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def started_here(name: str) -> list[str]:
    """The command of `make run`, without the interpreter and local paths."""
    (program,) = [program for program in programs.site() if program.name == name]
    return list(program.command[2:])


def test_compose_has_every_process_of_the_product(compose: dict[str, Any]) -> None:
    servers, ours = {"postgres", "redis", "migrate"}, {"web", "worker", "beat", "live"}
    assert set(compose["services"]) == servers | ours


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_compose_starts_celery_as_make_run_does(compose: dict[str, Any], name: str) -> None:
    assert compose["services"][name]["command"][:4] == started_here(name)[:4]


def test_compose_lets_people_write_together_as_make_run_does(compose: dict[str, Any]) -> None:
    assert compose["services"]["live"]["command"][2:4] == started_here("live")[:2]


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


DEMANDED = {
    "SECRET_KEY": "only-for-this-test", "SITE_URL": "https://network.example.org",
    "ALLOWED_HOSTS": "network.example.org", "DATABASE_URL": "postgresql://nc_app@localhost/none",
    "REDIS_URL": "redis://localhost", "EMAIL_URL": "smtp://localhost:25",
    "STRIPE_SECRET_KEY": "sk_live_only_for_this_test", "STRIPE_WEBHOOK_SECRET": "whsec_for_test",
}  # fmt: skip


def load_settings(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of its own; it prints where payments go."""
    known = {"PATH": os.environ["PATH"], "STATE_DIR": str(folder)}
    command = [sys.executable, "-c", "from config import settings; print(settings.STRIPE_API_BASE)"]
    return subprocess.run(
        command, cwd=ROOT, env=known | environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("missing", DEMANDED)
def test_production_refuses_to_start_without_a_real_service(tmp_path: Path, missing: str) -> None:
    given = {name: value for name, value in DEMANDED.items() if name != missing}
    done = load_settings(tmp_path, PRODUCTION="1", **given)
    assert done.returncode == 1
    assert f"PRODUCTION is set: set {missing} too." in done.stderr


def test_production_starts_with_real_services_and_makes_no_secrets(tmp_path: Path) -> None:
    done = load_settings(tmp_path, PRODUCTION="yes", **DEMANDED)
    assert (done.returncode, done.stdout) == (0, "https://api.stripe.com\n")
    assert list(tmp_path.iterdir()) == []


def test_production_never_gets_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO", raising=False)
    assert layout.wants_demo()
    monkeypatch.setenv("PRODUCTION", "1")
    assert not layout.wants_demo()
    with pytest.raises(CommandError, match="PRODUCTION is set"):
        call_command("demo")


class Listener(BaseHTTPRequestHandler):
    """Notes under which name it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer that all is well."""
        self.asked.append(self.headers["Host"])
        self.send_response(200)
        self.end_headers()


def test_health_checks_ask_under_an_allowed_name(
    compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Listener.asked.clear()
    monkeypatch.setenv("ALLOWED_HOSTS", "network.example.org, www.example.org")
    with HTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("PORT", str(server.server_port))
        _, *command = compose["services"]["web"]["healthcheck"]["test"]
        script = command[-1].replace("8000", str(server.server_port))
        subprocess.run([sys.executable, "-c", script], check=True)
        assert programs.is_healthy()
        server.shutdown()
    assert Listener.asked == ["network.example.org"] * 2
