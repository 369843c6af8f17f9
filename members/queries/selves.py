"""One person with several accounts: whatever stayed with an account that was merged is theirs.

Most rows follow a merge by themselves. What is frozen, such as the electorate of a decision, leads
to the account that it was frozen with, for good.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from members.models import Merge


def of_person(link: str, user: Any) -> Q:
    """Rows whose `link` leads to a person, by whichever of their accounts."""
    return Q(**{f"{link}__in": accounts_of(user)})


def accounts_of(user: Any) -> list[int]:
    """Ids of a person's accounts, today's first; one query where nothing was ever merged.

    An account that took one in may have been taken in by another, and so on.
    """
    standing = Merge.objects.filter(undone_at__isnull=True)
    found, newest = [user.pk], [user.pk]
    while newest:
        rows = standing.filter(keeper__in=newest).exclude(duplicate__in=found)
        newest = list(rows.values_list("duplicate_id", flat=True))
        found += newest
    return found


def now_of(people: Iterable[Any]) -> list[Any]:
    """The same people, by the accounts that they have today."""
    found = list(people)
    while gone := [person.pk for person in found if not person.is_active]:
        rows = Merge.objects.filter(duplicate__in=gone, undone_at__isnull=True)
        keepers = {row.duplicate_id: row.keeper for row in rows.select_related("keeper")}
        if not keepers:
            break
        found = [keepers.get(person.pk, person) for person in found]
    return found
