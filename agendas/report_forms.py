"""Input of reports: what to build, texts, needs, scores, weights."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from agendas.models import (
    HIGHEST,
    LONGEST_PART,
    LOWEST,
    Need,
    NeedRanking,
    Report,
    ReportSection,
    SpendingLink,
)
from agendas.queries.report_links import LinkChoices
from chapters.models import Place
from chapters.prose import tidy

MOST_PEERS = 11
SCORES = [("", "–"), *((str(n), str(n)) for n in range(LOWEST, HIGHEST + 1))]


class ReportForm(forms.Form):
    """Which report to build, of which year, beside which cities."""

    kind = forms.ChoiceField(
        label="Kind",
        choices=[one for one in Report.Kind.choices if one[0] != Report.Kind.DECISION],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the kind of report.",
                        "invalid_choice": "Choose one of the kinds shown."},
    )  # fmt: skip
    year = forms.TypedChoiceField(
        coerce=int, error_messages={"required": "Choose the year.",
                                    "invalid_choice": "Choose one of the years shown."},
    )  # fmt: skip
    peers = forms.MultipleChoiceField(
        label="Cities to stand beside, in a baseline report",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=f"Up to {MOST_PEERS}. None chosen: the cities with a chapter.",
        error_messages={"invalid_choice": "Choose from the cities shown."},
    )

    def __init__(self, *args: Any, years: Sequence[int], cities: Sequence[Place], **rest: Any):
        super().__init__(*args, **rest)
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]
        choices = [(city.geoid, f"{city.name}, {city.state}") for city in cities]
        self.fields["peers"].choices = choices  # type: ignore[attr-defined]

    def clean_peers(self) -> list[str]:
        """No more cities than a chart holds."""
        chosen: list[str] = self.cleaned_data["peers"]
        if len(chosen) > MOST_PEERS:
            raise forms.ValidationError(f"Choose {MOST_PEERS} cities or fewer.")
        return chosen


class PartForm(forms.Form):
    """The council's text in one section, and the version it was written on."""

    base_version = forms.IntegerField(min_value=1, max_value=1_000_000, widget=forms.HiddenInput)
    body = forms.CharField(
        label="Text",
        required=False,
        max_length=LONGEST_PART,
        widget=forms.Textarea,
        error_messages={"max_length": f"Use {LONGEST_PART:,} characters or fewer for the text."},
    )

    def clean_body(self) -> str:
        """The text as it is stored."""
        return tidy(self.cleaned_data["body"]).strip()

    @classmethod
    def of(cls, section: ReportSection) -> "PartForm":
        """The form with the newest text."""
        return cls(initial={"body": section.body, "base_version": section.version})


class NeedForm(forms.Form):
    """A need that no figure shows."""

    title = forms.CharField(
        label="Need",
        max_length=160,
        error_messages={"required": "Name the need.",
                        "max_length": "Use 160 characters or fewer for the need."},
    )  # fmt: skip
    reason = forms.CharField(
        label="How do you know?",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say how the council knows.",
                        "max_length": "Use 400 characters or fewer for the reason."},
    )  # fmt: skip


class WithdrawForm(forms.Form):
    """Why a published report is withdrawn."""

    reason = forms.CharField(
        max_length=200,
        error_messages={"required": "Say why, for those who look for the report.",
                        "max_length": "Use 200 characters or fewer for the reason."},
    )  # fmt: skip


class ScoreForm(forms.Form):
    """One person's scores: a choice for each need and criterion."""

    def __init__(
        self, data: Any, ranking: NeedRanking, needs: Sequence[Need],
        given: Mapping[tuple[int, str], int],
    ):  # fmt: skip
        super().__init__(data)
        self.needs, self.criteria = needs, ranking.criteria
        for need in needs:
            for one in ranking.criteria:
                self.fields[_name(need, one["key"])] = forms.ChoiceField(
                    label=f"{one['name']}: {need.title}",
                    choices=SCORES,
                    required=False,
                    initial=given.get((need.pk, one["key"]), ""),
                    error_messages={"invalid_choice": "Choose a score from 1 to 5."},
                )

    def rows(self) -> list[tuple[Need, list[Any]]]:
        """Needs with their fields, in the order of the criteria."""
        return [
            (need, [self[_name(need, one["key"])] for one in self.criteria]) for need in self.needs
        ]

    def scores(self) -> dict[tuple[int, str], int]:
        """What was given, by need and criterion."""
        return {
            (need.pk, one["key"]): int(value)
            for need in self.needs
            for one in self.criteria
            if (value := self.cleaned_data[_name(need, one["key"])])
        }


class WeightForm(forms.Form):
    """How much each criterion counts, before anybody scores."""

    def __init__(self, data: Any, ranking: NeedRanking):
        super().__init__(data)
        self.criteria = ranking.criteria
        for one in self.criteria:
            self.fields[one["key"]] = forms.IntegerField(
                label=one["name"],
                min_value=1,
                max_value=9,
                initial=one["weight"],
                error_messages=dict.fromkeys(
                    ("required", "invalid", "min_value", "max_value"), "Enter a weight from 1 to 9."
                ),
            )

    def weighed(self) -> list[dict[str, Any]]:
        """The criteria with their weights, heaviest first."""
        found = [{**one, "weight": self.cleaned_data[one["key"]]} for one in self.criteria]
        return sorted(found, key=lambda one: -one["weight"])


class LinkForm(forms.Form):
    """What an expense contributed to; `choices` are read once for all expenses of a page."""

    section = forms.ChoiceField(
        label="Strategy",
        required=False,
        error_messages={"invalid_choice": "Choose one of the strategies shown."},
    )
    work = forms.ChoiceField(
        label="Project or activity",
        required=False,
        error_messages={"invalid_choice": "Choose one of the projects and activities shown."},
    )
    indicator = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": "Choose one of the indicators shown."},
    )
    words = forms.CharField(
        label="What was done with it",
        required=False,
        max_length=200,
        error_messages={"max_length": "Use 200 characters or fewer."},
    )

    def __init__(self, data: Any, link: SpendingLink | None, known: LinkChoices, prefix: str):
        initial = {name: known.key_of(link, name) for name in ("section", "work", "indicator")}
        initial["words"] = link.words if link else ""
        super().__init__(data, initial=initial, prefix=prefix)
        self.known = known
        for name, choices in (
            ("section", known.sections),
            ("work", known.works),
            ("indicator", known.indicators),
        ):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The rows that were chosen; work must stand under the chosen strategy."""
        found = dict(self.cleaned_data)
        for name in ("section", "work", "indicator"):
            if name in found:
                found[name] = self.known.rows.get((name, found[name]))
        section, work = found.get("section"), found.get("work")
        if section and work and section.pk not in (work.section_id, work.section.parent_id):
            self.add_error("work", "Choose a project or activity of that strategy.")
        if work and not section and "section" in found:
            self.add_error("section", "Choose the strategy that the project or activity is of.")
        return found


def _name(need: Need, key: str) -> str:
    return f"need-{need.pk}-{key}"
