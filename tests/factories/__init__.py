"""Rows for tests. Each function opens the scope it needs and fills every text field.

`mark` is a word that stands in every text of the row, so that a leak can be recognised:
`make_pledge(denver, mark=canary("denver"))`.
"""

from tests.factories.activities import (
    make_activity,
    make_commitment,
    make_idea,
    make_project,
    make_tag,
)
from tests.factories.agendas import make_agenda, make_comment, make_section, make_suggestion
from tests.factories.chapters import (
    make_application,
    make_chapter,
    make_file,
    make_job,
    make_mail,
    make_place,
    make_pledge,
    make_seat,
    make_waitlist_entry,
)
from tests.factories.convenings import make_convening, make_registration
from tests.factories.measurement import (
    make_duty,
    make_index_template,
    make_indicator,
    make_observation,
    make_proposal,
    make_source,
    make_template,
)
from tests.factories.members import (
    make_invitation,
    make_invitation_link,
    make_membership,
    make_paid_place,
    make_user,
)
from tests.factories.money import (
    make_booked_payment,
    make_checkout,
    make_gift,
    make_payment,
    make_stripe_event,
)
from tests.factories.organizations import (
    make_need,
    make_offer,
    make_organization,
    make_organization_membership,
    make_representative,
    make_tier,
)
from tests.factories.reports import make_report
from tests.factories.surveys import make_category, make_question, make_result, make_survey
from tests.factories.words import PASSWORD, canary

__all__ = [
    "PASSWORD",
    "canary",
    "make_activity",
    "make_agenda",
    "make_application",
    "make_booked_payment",
    "make_category",
    "make_chapter",
    "make_checkout",
    "make_commitment",
    "make_comment",
    "make_convening",
    "make_duty",
    "make_file",
    "make_gift",
    "make_idea",
    "make_index_template",
    "make_indicator",
    "make_invitation",
    "make_invitation_link",
    "make_job",
    "make_mail",
    "make_membership",
    "make_need",
    "make_observation",
    "make_offer",
    "make_organization",
    "make_organization_membership",
    "make_paid_place",
    "make_payment",
    "make_place",
    "make_pledge",
    "make_project",
    "make_question",
    "make_registration",
    "make_report",
    "make_representative",
    "make_proposal",
    "make_seat",
    "make_section",
    "make_source",
    "make_stripe_event",
    "make_tag",
    "make_result",
    "make_survey",
    "make_template",
    "make_suggestion",
    "make_tier",
    "make_user",
    "make_waitlist_entry",
]
