"""The web server's entry point."""

import os
import sys
from types import ModuleType
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def make_requests(*given: Any, **named: Any) -> Any:
    """What makes pretended requests, loaded with the first schema that asks for one."""
    from rest_framework.test import APIRequestFactory

    return APIRequestFactory(*given, **named)


# Libraries that the API's framework and its schemas take along where they find them, for their
# tests and for pages in color that nobody is shown: 8 MB. What is loaded already is kept.
stand_in = ModuleType("rest_framework.test")
stand_in.__dict__["APIRequestFactory"] = make_requests
spared: dict[str, Any] = {"requests": None, "pygments": None, stand_in.__name__: stand_in}
spared = {name: module for name, module in spared.items() if name not in sys.modules}
sys.modules.update(spared)
import rest_framework.compat  # noqa: E402, F401

from chapters.addresses import Handler  # noqa: E402

django.setup(set_prefix=False)
import drf_spectacular.plumbing  # noqa: E402, F401

for name in spared:
    del sys.modules[name]

application = Handler()
