"""Faults 12, 13, 17, 20 and 25 at once: hundreds of deliveries in a storm end as in peace.

`python -m bench webhook_storm_wrong` is the large one, with ten thousand.
"""

import pytest

from tests.storm import Storm

pytestmark = [pytest.mark.fault(number) for number in (12, 13, 17, 20, 25)]


def test_payments_in_a_storm_end_as_in_peace(stack):
    outcome = Storm(stack, people=20, copies=3, faults=40, lost=6).live()
    assert outcome.wrong == []
    assert outcome.deliveries >= 250
    assert outcome.duplicates >= 150
    assert outcome.lost == 6
    assert outcome.faults >= 30
    assert outcome.answers["200"] == outcome.deliveries
    assert set(outcome.answers) <= {"0", "200", "502", "503"}
    assert outcome.database_away <= 10
