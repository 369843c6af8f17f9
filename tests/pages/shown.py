"""A page as somebody sees it, and what all of them are made of."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browsing import Visit
from tests.stack import Stack

CHAPTER = "<slug:chapter>/"
SF = "/san-francisco"

# What an address is made of; each finds one value behind no walls.
# The demo's: the surveys of other tests come after it.
FIRST_SURVEY = (
    "select min(s.id) from measurement_survey s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco' and s.state = '{state}'"
)
EXAMPLES = {
    "section": "select min(s.id) from agendas_section s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco'",
    "report": "select min(r.id) from agendas_report r join chapters_chapter c"
    " on c.id = r.chapter_id where c.slug = 'san-francisco' and r.status = 'published'",
    "draft": "select max(r.id) from agendas_report r join chapters_chapter c"
    " on c.id = r.chapter_id where c.slug = 'san-francisco' and r.status = 'draft'"
    " and r.kind = 'baseline'",
    **{
        name: f"select min(t.id) from agendas_{table} t join members_user u on u.id = t.author_id"
        f" where u.email like '{who}@%%' and {rule}"
        for name, table, who, rule in (
            ("suggestion", "suggestion", "mia", "true"),
            ("comment", "comment", "lou", "t.removed_at is null"),
            ("removed", "comment", "mia", "t.appeal = 'asked'"),
        )
    },
    "problem": "select s.id from agendas_section s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco' and s.kind = 'problem'",
    "convening": "select min(s.id) from convenings_convening s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco'",
    "full": "select max(s.id) from convenings_convening s join chapters_chapter c"
    " on c.id = s.chapter_id where c.slug = 'san-francisco'",
    "registration": "select token from convenings_registration order by id limit 1",
    "application": "select token from chapters_application order by id limit 1",
    "application_id": "select id from chapters_application order by id limit 1",
    "membership_id": "select min(id) from members_membership",
    "mia_id": "select id from members_user where email like 'mia@%%'",
    **{
        name: f"select min(o.id) from members_{table} o join chapters_chapter c"
        " on c.id = o.chapter_id where c.slug = 'san-francisco'"
        for name, table in {
            "organization": "organizationmembership",
            "seat": "representative",
            "offer": "offer",
            "need": "need",
        }.items()
    },
    **{
        f"{state}_decision": "select min(d.id) from agendas_decision d join chapters_chapter c"
        f" on c.id = d.chapter_id where c.slug = 'san-francisco' and d.state = '{state}'"
        for state in ("draft", "open", "closed")
    },
    **{
        name: f"select {which}(o.id) from agendas_{table} o join chapters_chapter c"
        f" on c.id = o.chapter_id where c.slug = 'san-francisco' {rest}"
        for name, which, table, rest in (
            ("strategy", "min", "section", "and o.kind = 'strategy' and o.status = 'stands'"),
            ("activity", "min", "activity", "and o.state = 'published'"),
            ("project", "min", "project", ""),
            ("commitment", "min", "commitment", "and o.status = 'open'"),
            ("idea", "min", "idea", "and o.is_shown"),
            ("waiting_idea", "max", "idea", ""),
        )
    },
    **{f"survey_{state}": FIRST_SURVEY.format(state=state) for state in ("open", "closed")},
    "survey_question": "select min(q.id) from measurement_question q"
    f" where q.survey_id = ({FIRST_SURVEY.format(state='closed')})",
    "claim": "select token from measurement_claim order by id limit 1",
    "edition": "select code || '/editions/' || id from measurement_indexversion"
    " order by id limit 1",
    "chapter_edition": "select code || '/editions/' || id from measurement_indexversion"
    " where chapter_id is not null order by id limit 1",
    "duty": "select min(d.id) from measurement_duty d join chapters_chapter c"
    " on c.id = d.chapter_id where c.slug = 'san-francisco'",
    "own": "select min(i.id) from measurement_indicator i join chapters_chapter c"
    " on c.id = i.chapter_id where c.slug = 'san-francisco'",
    "match": "select min(o.id) from members_offer o join members_need n on n.kind = o.kind"
    " and n.chapter_id = o.chapter_id where n.id = (select min(n.id) from members_need n"
    " join chapters_chapter c on c.id = n.chapter_id where c.slug = 'san-francisco')",
    "receipt": "select p.id from members_payment p join members_user u on u.id = p.user_id"
    " where u.email like 'mia@%%' order by p.id limit 1",
    "waiting": "select token from chapters_waitlistentry order by id limit 1",
    "job": "select j.id from chapters_job j join chapters_chapter c on c.id = j.chapter_id"
    " where c.slug = 'san-francisco' and j.status = 'done' order by j.created_at limit 1",
    "key": "select a.id from mfa_authenticator a join members_user u on u.id = a.user_id"
    " where u.email like 'dee@%%' and a.type = 'webauthn' limit 1",
}


@dataclass(frozen=True)
class Shown:
    """A page as somebody sees it: its name, its route, who looks, where, and what comes before."""

    name: str
    route: str
    address: str
    person: str = ""
    before: Callable[[Visit], None] | None = None
    after: Callable[[Visit], None] | None = None
    # Answers that belong to this page, such as 422 for a form with errors.
    statuses: tuple[int, ...] = ()

    def open(self, visit: Visit, stack: Stack) -> None:
        """Bring the visit there, giving the password once more where that is asked."""
        with visit.expecting(*self.statuses):
            if self.before:
                self.before(visit)
            if self.address:
                path = fill_in(self.address, stack)
                visit.go(path) if "reauthenticate" in path else visit.open_guarded(path)
            if self.after:
                self.after(visit)


def fill_in(address: str, stack: Stack) -> str:
    """The address with examples in the place of `{names}`."""
    names = re.findall(r"{(\w+)}", address)
    return address.format(**{name: stack.rows(EXAMPLES[name])[0][0] for name in names})


def send_form(visit: Visit) -> None:
    """Send the page's first form as it is, and wait for what is wrong with it."""
    visit.page.get_by_role("main").locator("form[method=post] button").first.click()
    expect(visit.page.get_by_role("alert")).to_be_visible()
