"""A real report of a running installation, which can be held in its middle."""

import hashlib

from tests.city_file import CityFile


class RealReport(CityFile):
    """San Francisco’s baseline report. It stands still when its figures are frozen, unsaved."""

    KIND = "agendas.report"
    TABLE = "agendas_needranking"

    def request(self, kind: str = KIND) -> str:
        """Ask for the report as the site does; returns the job's id."""
        self.pk = self.stack.run(
            "from agendas.actions.reports import request_report\n"
            "from chapters.models import Chapter\n"
            "from chapters.scope import in_chapter\n"
            "from django.contrib.auth import get_user_model\n"
            "chapter = Chapter.objects.get(slug='san-francisco')\n"
            "lou = get_user_model().objects.get(email='lou@demo.network-city.example')\n"
            "with in_chapter(chapter, lou):\n"
            "    print(request_report(chapter, lou, 'baseline').job_id)"
        )
        return self.pk

    def files(self) -> list[bytes]:
        """What the job stored; each must be a whole PDF with the sum that its row gives."""
        query = "select content, sha256 from chapters_storedfile where job_id = %s"
        found = [(bytes(row[0]), row[1]) for row in self.stack.rows(query, self.pk)]
        for content, digest in found:
            assert hashlib.sha256(content).hexdigest() == digest
            assert content.startswith(b"%PDF") and content.rstrip().endswith(b"%%EOF")
        return [content for content, _ in found]

    def report(self) -> tuple[str, int, int]:
        """Status of the report, how many sections it has, how many letters tell of it."""
        query = (
            "select r.status, (select count(*) from agendas_reportsection s"
            " where s.report_id = r.id), (select count(*) from chapters_mail m"
            " where m.kind = 'report-ready' and m.created_at >= r.asked_at)"
            " from agendas_report r where r.job_id = %s"
        )
        return self.stack.rows(query, self.pk)[0]
