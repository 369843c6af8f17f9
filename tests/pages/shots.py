"""Pictures of every page and every kind of letter: `python -m tests.pages.shots --to FOLDER`.

Needs a running installation with its demo (`make run`); STATE_DIR and PORT say which. It makes a
payment, a file and a request there, so that no page is empty.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from django.utils.text import slugify
from playwright.sync_api import Page, sync_playwright

from config.stack import layout
from tests.browsing import SignIns
from tests.conftest import find_browser
from tests.pages.living import live_in
from tests.pages.registry import PAGES
from tests.pages.shown import Shown
from tests.stack import Stack

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS, MAIL_WIDTHS = (1280, 390), (600, 390)


def main() -> None:
    """Take them all, or those whose names contain `--only`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--only", default="", help="a part of the pages' names")
    given = parser.parse_args()
    given.to.mkdir(parents=True, exist_ok=True)
    stack = Stack(layout.state_dir(), layout.port())
    with sync_playwright() as playwright:
        flags = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=find_browser(), args=flags)
        sign_ins = SignIns(browser, stack)
        live_in(sign_ins)
        for shown in PAGES:
            if given.only in shown.name:
                _shoot_page(sign_ins, shown, given.to)
        if given.only in "mail":
            _shoot_letters(sign_ins, given.to)
        browser.close()


def _shoot_page(sign_ins: SignIns, shown: Shown, folder: Path) -> None:
    visit = sign_ins.open(shown.person, reduced_motion="reduce")
    shown.open(visit, sign_ins.stack)
    visit.page.wait_for_load_state("networkidle")
    for name in _views(visit.page, WIDTHS):
        visit.page.screenshot(path=folder / f"{shown.name}-{name}.png", full_page=True)
    visit.context.close()
    for trouble in visit.troubles:
        print(f"{shown.name}: {trouble}")  # noqa: T201 - a command


def _shoot_letters(sign_ins: SignIns, folder: Path) -> None:
    """The newest letter of each kind."""
    visit = sign_ins.open()
    for kind, letter in _newest_of_each_kind(sign_ins.stack).items():
        visit.page.goto(f"{sign_ins.stack.mailbox_url}/message/{letter['id']}/html")
        for name in _views(visit.page, MAIL_WIDTHS):
            visit.page.screenshot(path=folder / f"mail-{kind}-{name}.png", full_page=True)
    visit.context.close()


def _newest_of_each_kind(stack: Stack) -> dict[str, dict[str, Any]]:
    """By the name of the template; one template serves all letters about accounts."""
    kinds = dict(stack.rows("select id::text, kind from chapters_mail"))
    newest: dict[str, dict[str, Any]] = {}
    for letter in stack.letters():
        ident = dict(letter["headers"])["Message-ID"].strip("<>").partition("@")[0]
        kind = kinds.get(ident, "unknown")
        newest.setdefault(f"account-{slugify(letter['subject'])}" if kind == "account" else kind,
                          letter)  # fmt: skip
    return newest


def _views(page: Page, widths: tuple[int, ...]) -> Iterator[str]:
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            yield f"{width}-{scheme}"


if __name__ == "__main__":
    main()
