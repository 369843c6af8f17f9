"""The people every test knows, and two cities that must not see each other.

Mia has an account and joins San Francisco; Lou chairs its council; Otto is a member of Denver,
whose council Dee chairs; Bea works for the backbone.
"""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest


@pytest.fixture
def sf(db: None) -> Any:
    """San Francisco, an active chapter."""
    from tests.factories import make_chapter

    return make_chapter("San Francisco", geoid="0667000", state="CA", zone="America/Los_Angeles")


@pytest.fixture
def denver(db: None) -> Any:
    """Denver, the other active chapter."""
    from tests.factories import make_chapter

    return make_chapter("Denver", geoid="0820000", state="CO", zone="America/Denver")


@pytest.fixture
def mia(db: None) -> Any:
    """Has an account, belongs to no chapter yet."""
    from tests.factories import make_user

    return make_user("mia")


@pytest.fixture
def lou(sf: Any) -> Any:
    """Chairs the council of San Francisco."""
    from tests.factories import make_seat, make_user

    return make_seat(sf, make_user("lou"), role="chair").user


@pytest.fixture
def dee(denver: Any) -> Any:
    """Chairs the council of Denver."""
    from tests.factories import make_seat, make_user

    return make_seat(denver, make_user("dee"), role="chair").user


@pytest.fixture
def otto(denver: Any) -> Any:
    """A paid-up member of Denver."""
    from tests.factories import make_membership, make_user

    return make_membership(denver, make_user("otto")).user


@pytest.fixture
def bea(db: None) -> Any:
    """Backbone staff, with what `config/roles.yaml` grants the group Backbone."""
    from django.contrib.auth.models import Group
    from django.core.management import call_command, get_commands

    from tests.factories import make_user

    if "apply_roles" in get_commands():
        call_command("apply_roles", verbosity=0, stdout=StringIO())
    person = make_user("bea", is_staff=True)
    person.groups.add(Group.objects.get_or_create(name="Backbone")[0])
    return person


@pytest.fixture
def client_for(db: None) -> Callable[..., Any]:
    """`client_for(person)` is a browser in which the person is signed in; None is a visitor."""
    from django.test import Client

    def sign_in(person: Any = None, **options: Any) -> Client:
        client = Client(**options)
        if person is not None:
            client.force_login(person)
        return client

    return sign_in
