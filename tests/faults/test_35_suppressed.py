"""An address that wants no letters gets none because a file names it again."""

import pytest

from chapters import jobs
from chapters.models import Mail, MailChoice
from chapters.scope import in_chapter
from members import tasks  # noqa: F401 - its handlers do the jobs
from members.actions.importing import request_import, run_import
from members.models import Membership

pytestmark = [pytest.mark.django_db, pytest.mark.fault(35)]
FILE = "email,name\nNo@Example.org,No\nyes@example.org,Yes\n"


@pytest.mark.parametrize("how", ["everything", "news of the chapter"])
def test_an_import_does_not_write_to_who_declined(sf, how):
    declined = [] if how == "everything" else [f"{sf.pk}:news"]
    MailChoice.objects.create(email="no@example.org", all_off=not declined, declined=declined)
    for _ in range(2):
        with in_chapter(sf):
            job = request_import(sf, FILE, takes_dates=False, sends_mail=True, by=None)
            run_import(jobs.Work(job))
    with in_chapter(sf):
        assert Membership.objects.count() == 2
        assert list(Mail.objects.values_list("to", flat=True)) == ["yes@example.org"]
    kept = MailChoice.objects.get(email__iexact="no@example.org")
    assert (kept.all_off, kept.declined) == (not declined, declined)
