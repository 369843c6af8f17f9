"""Run everything on this machine."""

import sys
from io import StringIO
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from config.stack.supervisor import Supervisor
from members import demo


class Command(BaseCommand):
    """The database, the cache, the web server, the workers, under one supervisor."""

    help = "Start everything on this machine and look after it until Ctrl-C."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal comes."""
        sys.exit(Supervisor(is_empty=is_empty, introduce=introduce).run())


def is_empty() -> bool:
    """Whether the database holds no people yet."""
    try:
        return not get_user_model()._default_manager.exists()
    finally:
        # The supervisor lives long: it must not hold a connection, nor a lock, meanwhile.
        connection.close()


def introduce() -> str:
    """What the demo says about its people; nothing where they are not."""
    answer = StringIO()
    people = get_user_model()._default_manager.filter(email__endswith=f"@{demo.DOMAIN}")
    try:
        if people.exists():
            call_command("demo", "--people", stdout=answer)
    except Exception as error:
        # Everything runs already: what can't be told must not take it down again.
        return f"The demo's people can't be listed: {error}"
    finally:
        connection.close()
    return answer.getvalue()
