"""What earlier files told or hid bounds what later ones may tell; so do windows and places."""

import pytest

from tests.measurement.test_hiding import QUARTERS, Office, hidden, office  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.fault(41)]
SEXES_BY_QUARTER = {
    f"{group} {months}": count
    for months in ("1-3", "4-6", "7-9")
    for group, count in (("", 60), ("sex=female", 50), ("sex=male", 10))
}
LAST = {" 10-12": 53, "sex=female 10-12": 50, "sex=male 10-12": 3}


def test_quarters_that_come_one_by_one_are_one_year(office: Office) -> None:  # noqa: F811
    assert not hidden(office.publish({"": 100, " 1-3": 30, " 4-6": 40}))
    assert hidden(office.publish({" 7-9": 27})) == {" 7-9"}


def test_a_later_year_does_not_tell_a_quarter_that_is_hidden(office: Office) -> None:  # noqa: F811
    found = office.publish({**SEXES_BY_QUARTER, **LAST})
    assert hidden(found) == {"sex=female 10-12", "sex=male 10-12"}
    assert hidden(office.publish({"": 233, "sex=female": 200})) == {"sex=female"}


def test_a_month_in_a_hidden_quarter_is_no_second_unknown(office: Office) -> None:  # noqa: F811
    found = office.publish({
        **SEXES_BY_QUARTER, **LAST, "sex=female": 200, "sex=female 12-12": 20, "sex=male 12-12": 1,
    })  # fmt: skip
    assert "sex=female 1-3" in hidden(found)
    assert {name for name, status in found.items() if status == "F"} == {
        "sex=female", " 1-3", " 4-6", " 7-9", " 10-12",
    }  # fmt: skip


def test_later_groups_do_not_add_up_to_what_is_hidden(office: Office) -> None:  # noqa: F811
    office.publish({"": 100, **QUARTERS})
    later = {"sex=female 1-3": 15, "sex=male 1-3": 15}
    assert hidden(office.publish(later)) == later.keys()


def test_finer_groups_do_not_add_up_to_what_is_hidden(office: Office) -> None:  # noqa: F811
    finer = {"race=a;sex=female": 30, "race=b;sex=female": 20}
    found = office.publish({"": 53, "sex=female": 50, "sex=male": 3, **finer})
    assert hidden(found) == {"sex=female", "sex=male", *finer}


def test_later_margins_of_hidden_crossed_groups_stay_in(office: Office) -> None:  # noqa: F811
    crossed = {"race=a;sex=female": 97, "race=a;sex=male": 53, "race=b;sex=male": 3}
    assert hidden(office.publish({"": 153, **crossed})) == crossed.keys()
    assert hidden(office.publish({"sex=female": 97, "sex=male": 56})) == {"sex=female", "sex=male"}


def test_a_later_city_does_not_tell_a_quarter_that_is_hidden(office: Office) -> None:  # noqa: F811
    assert hidden(office.publish({"@north": 97, "@south": 100, "@east": 3})) == {"@east"}
    assert hidden(office.publish({"": 200})) == {""}


@pytest.mark.parametrize("last", [{" 10-12": 3}, {}])
def test_windows_that_overlap_do_not_hide_a_rest(
    office: Office,  # noqa: F811
    last: dict[str, int],
) -> None:
    parts = {" 1-3": 30, " 4-6": 40, " 7-9": 27, " 2-4": 35, " 5-7": 36} | last
    assert hidden(office.publish({"": 100, **parts})) == parts.keys()


def test_windows_that_overlap_and_fill_the_year_are_told(office: Office) -> None:  # noqa: F811
    quarters = {" 1-3": 25, " 4-6": 25, " 7-9": 25, " 10-12": 25}
    assert not hidden(office.publish({"": 100, **quarters, " 2-4": 25, " 5-7": 25}))


def test_windows_of_a_place_that_its_city_hides(office: Office) -> None:  # noqa: F811
    """The north's last quarter is the city's less three people, and its year less the others."""
    city = {" 1-3": 60, " 4-6": 60, " 7-9": 60, " 10-12": 53}
    north = {f"@north{months}": 50 for months in city}
    found = office.publish({**city, **north, "@north": 200, "@south 10-12": 3})
    assert hidden(found) == {*north, "@south 10-12"}


def test_the_rest_of_a_city_is_a_small_count_too(office: Office) -> None:  # noqa: F811
    """21 people of the city, 18 of the south: three others, though nobody gave their number."""
    assert hidden(office.publish({"": 21, "@south": 18})) == {"@south"}
    assert not hidden(office.publish({" 1-3": 21, "@south 1-3": 21}))


def test_a_window_in_one_that_is_told_is_told_by_others(office: Office) -> None:  # noqa: F811
    """The year less the two later thirds is the first one, whatever its half says."""
    parts = {" 1-6": 45, " 7-12": 94, " 1-4": 2, " 5-8": 99, " 9-12": 38}
    assert hidden(office.publish({"": 139, **parts})) == parts.keys()


# --- Figures that are given again -----------------------------------------------------------------


def test_a_figure_that_is_given_again_is_out_all_the_same(office: Office) -> None:  # noqa: F811
    """58 women were told; that the next file brings them anew takes them out of nobody's mind."""
    assert not hidden(office.publish({"sex=female": 58}))
    whole = {"": 62, "sex=female": 58, "sex=male": 4}
    assert hidden(office.publish(whole)) == whole.keys()
    # Hidden by now, and still known.
    assert hidden(office.publish(whole)) == whole.keys()
    assert hidden(office.publish({"": 62})) == {""}


def test_a_figure_that_is_put_right_by_a_few_is_out(office: Office) -> None:  # noqa: F811
    assert not hidden(office.publish({"sex=female": 57}))
    whole = {"": 62, "sex=female": 58, "sex=male": 4}
    assert hidden(office.publish(whole)) == whole.keys()


def test_quarters_that_are_given_again_are_out(office: Office) -> None:  # noqa: F811
    three = {name: count for name, count in QUARTERS.items() if count > 9}
    assert not hidden(office.publish(three))
    assert hidden(office.publish({"": 100, **QUARTERS})) == {"", " 10-12"}


def test_a_year_that_is_given_again_hides_a_new_quarter(office: Office) -> None:  # noqa: F811
    assert not hidden(office.publish({"": 100, " 1-3": 30, " 4-6": 40}))
    assert " 7-9" in hidden(office.publish({"": 100, " 7-9": 27}))
