"""Every page of the site with an example, for axe and for pictures.

A page is named by its route as `config.checks.routes` gives it. A new page needs a line in the
`PAGES` of its subject; a new address that is no page one in `NO_PAGES`, with the reason.
"""

from fnmatch import fnmatch

from tests.pages import (
    accounts,
    activities,
    agendas,
    decisions,
    figures,
    front,
    members,
    organizations,
    reports,
    surveys,
)
from tests.pages.figures import UPLOAD
from tests.pages.front import SECTION
from tests.pages.organizations import ORGANIZATIONS
from tests.pages.reports import REPORT
from tests.pages.shown import CHAPTER
from tests.pages.surveys import QUESTION, SURVEY

PAGES = [
    *front.PAGES,
    *activities.PAGES,
    *agendas.PAGES,
    *figures.PAGES,
    *decisions.PAGES,
    *surveys.PAGES,
    *members.PAGES,
    *organizations.PAGES,
    *accounts.PAGES,
    *reports.PAGES,
]

# Addresses that show no page of ours by themselves, and why.
NO_PAGES = {
    **decisions.NO_PAGES,
    **agendas.NO_PAGES,
    "api/v1/*/": "an answer for programs",
    "api/v1/schema/": "an answer for programs",
    "healthz": "for machines",
    "readyz": "for machines",
    "webhooks/stripe/": "for the payment provider",
    f"{CHAPTER}dashboard/file/": "takes a form only",
    f"{CHAPTER}dashboard/<slug:code>/image.svg": "a file",
    f"{CHAPTER}dashboard/<slug:code>/trend.json": "an answer for programs",
    f"{CHAPTER}dashboard/<slug:code>/groups.json": "an answer for programs",
    f"{CHAPTER}dashboard/copy.zip": "a file",
    f"{CHAPTER}data/archive/": "takes a form only",
    "compare/chart.json": "an answer for programs",
    "indices/<slug:code>/chart.json": "an answer for programs",
    "indices/<slug:code>/parts.json": "an answer for programs",
    f"{SURVEY}ask/<slug:kind>/": "the form of a question, as on its own page",
    f"{SURVEY}<slug:step>/": "takes a form only",
    f"{QUESTION}<slug:step>/": "takes a form only",
    f"{SURVEY}published/file.csv": "a file",
    f"{UPLOAD}problems/": "a file",
    f"{UPLOAD}<slug:step>/": "takes a form only",
    "data/*/<str:name>": "a file",
    f"{CHAPTER}data/keys/make/": "takes a form only",
    f"{CHAPTER}data/keys/<int:pk>/revoke/": "takes a form only",
    f"{CHAPTER}claims/make/": "takes a form only",
    f"{CHAPTER}data/calendar/fill/": "takes a form only",
    f"{CHAPTER}data/calendar/due.ics": "a file",
    f"{CHAPTER}indicators/<int:pk>/propose/": "takes a form only",
    f"{CHAPTER}targets/<int:pk>/withdraw/": "takes a form only",
    f"{SECTION}restore/<int:revision>/": "takes a form only",
    f"{REPORT}sections/<slug:key>/restore/<int:text>/": "takes a form only",
    f"{REPORT}report.pdf": "a file",
    f"{REPORT}needs/<slug:step>/": "takes a form only",
    f"{REPORT}do/<slug:step>/": "takes a form only",
    f"{CHAPTER}decisions/<int:pk>/record/": "takes a form only",
    f"{CHAPTER}convenings/<int:pk>/convening.ics": "a file",
    f"{CHAPTER}projects/<int:pk>/evidence/<int:tag>/remove/": "takes a form only",
    f"{CHAPTER}projects/<int:pk>/indicators/<int:link>/remove/": "takes a form only",
    f"{CHAPTER}ideas/<int:pk>/dispute/": "asks for a hidden idea of one's own; the journey sees it",
    f"{CHAPTER}ideas/<int:pk>/judge/": "asks for a disputed idea; the journey sees it",
    f"{CHAPTER}join/beside/": "takes a form only",
    f"{CHAPTER}places/number/": "takes a form only",
    f"{CHAPTER}places/<int:pk>/": "takes a form only",
    f"{ORGANIZATIONS}file.csv": "a file",
    f"{ORGANIZATIONS}<int:pk>/invitations/<int:invitation>/withdraw/": "takes a form only",
    f"{ORGANIZATIONS}pay/<uuid:pk>/": "leads to the payment page",
    f"{ORGANIZATIONS}returned/": "leads back into the way of paying",
    f"{ORGANIZATIONS}paid/": "follows a payment; the journey of organizations sees it",
    f"{CHAPTER}join/pay/": "leads to the payment page",
    f"{CHAPTER}pay/<uuid:pk>/": "leads to the payment page",
    "me/erase/undo/": "takes a form only",
    "me/export/<uuid:pk>/": "a file",
    "me/receipts/<int:pk>/pdf/": "takes a form only",
    "me/statement/": "takes a form only",
    "me/billing/<int:pk>/stop/": "asks for dues that renew, which nobody of the demo has",
    "me/billing/<int:pk>/cancel/": "takes a form only",
    "me/billing/<int:pk>/resume/": "takes a form only",
    "me/billing/<int:pk>/portal/": "takes a form only",
    "me/billing/<int:pk>/back/": "leads back from the page for the card",
    f"{CHAPTER}join/returned/": "leads back into the way of joining",
    f"{CHAPTER}jobs/<uuid:pk>/stop/": "takes a form only",
    f"{CHAPTER}jobs/<uuid:pk>/files/<uuid:file>/": "a file",
    f"{CHAPTER}books.csv": "a file",
    f"{CHAPTER}expenses/<int:pk>/approve/": "takes a form only",
    f"{CHAPTER}expenses/<int:pk>/reject/": "takes a form only",
    f"{CHAPTER}expenses/<int:pk>/pay/": "takes a form only",
    "account/password/set/": "nobody is without a password who sees it",
    "account/2fa/recovery-codes/download/": "a file",
    "account/2fa/webauthn/login/": "takes a form only, or answers for programs",
    "account/2fa/webauthn/signup/": "follows only on a sign-up with a confirmed code",
}


def is_known(route: str) -> bool:
    """Whether a route has its example or its reason."""
    patterns = {page.route for page in PAGES} | set(NO_PAGES)
    return route in patterns or any(fnmatch(route, one) for one in patterns if "*" in one)
