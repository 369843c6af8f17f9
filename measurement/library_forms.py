"""What a council types about indices and about indicators of its own."""

from collections.abc import Mapping
from typing import Any

from django import forms

from chapters.models import Chapter
from measurement.models import Indicator
from measurement.recipe import IndexRefused, Recipe, with_weights
from measurement.shelves import DIMENSIONS

MOST = 1000.0
SHARES = ("proportion", "rate", "ratio")
REQUIRED = {
    "name": "Enter a name",
    "code": "Enter a short name",
    "definition": "Say what is counted",
    "unit_measure": "Enter the unit",
    "universe": "Say who is counted",
    "value_type": "Choose the kind of figure",
    "direction": "Choose which way is better",
    "aggregation_type": "Choose how figures add up",
    "decimals": "Enter how many decimals are shown",
    "min_change": "Enter the smallest change that matters",
}


class EditionForm(forms.Form):
    """Why an edition is made, and a weight for every part of the index."""

    note = forms.CharField(
        label="Why this edition",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Stands beside it in public, such as “For the agenda of 2027”.",
        error_messages={"required": "Say why this edition is made"},
    )

    def __init__(self, recipe: Recipe, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.recipe = recipe
        for item in recipe.items:
            if item.parent is not None:
                self.fields[f"w.{item.code}"] = forms.FloatField(
                    label=item.code,
                    required=False,
                    min_value=0,
                    max_value=MOST,
                    initial=item.weight,
                    widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
                    error_messages={"invalid": "A weight is a number, 0 or more"},
                )

    def weights(self) -> dict[str, float]:
        """Raw weights by code; a field left empty keeps the published one."""
        return {
            name.removeprefix("w."): value
            for name, value in self.cleaned_data.items()
            if name.startswith("w.") and value is not None
        }

    def parts(self, names: Mapping[str, str]) -> list[tuple[str, list[Any]]]:
        """Each node's name with the fields of its children, the top's first."""
        found = []
        for node in sorted(self.recipe.nodes, key=lambda node: node.parent is not None):
            fields = [self[f"w.{code}"] for code in node.children]
            for code, field in zip(node.children, fields, strict=True):
                field.label = names.get(code, code)
            found.append((names.get(node.code, node.code), fields))
        return found

    def clean(self) -> dict[str, Any]:
        """Refuse a part of which every weight is 0."""
        data: dict[str, Any] = super().clean() or {}
        try:
            with_weights(self.recipe, self.weights())
        except IndexRefused as refused:
            for problem in refused.problems:
                self.add_error(None, problem.partition(": ")[2])
        return data


class IndicatorForm(forms.ModelForm):
    """The definition of an indicator of the chapter's own."""

    class Meta:
        model = Indicator
        fields = [
            "name", "code", "definition", "topic", "value_type", "unit_measure", "direction",
            "universe", "numerator_def", "denominator_def", "aggregation_type", "valid_min",
            "valid_max", "decimals", "min_change", "programme", "table_id",
        ]  # fmt: skip
        labels = {
            "code": "Short name", "value_type": "Kind of figure", "unit_measure": "Unit",
            "direction": "Better is", "universe": "Who is counted",
            "numerator_def": "What is counted (numerator)", "denominator_def": "Out of what",
            "aggregation_type": "How figures of several places add up", "valid_min": "Lowest value",
            "valid_max": "Highest value", "decimals": "Decimals shown",
            "min_change": "Smallest change that matters", "programme": "Usual source",
            "table_id": "Its table or data set",
        }  # fmt: skip
        help_texts = {
            "name": "As a reader sees it, such as “Women who cycle to work”",
            "code": "Small letters, digits and underscores; files of figures name it so",
            "definition": "Of whom, what, when; so that another city counts the same",
            "unit_measure": "Such as proportion, per 100,000 residents, US dollars",
            "valid_max": "For a proportion 1, since 0.83 means 83%",
            "programme": "",
            "table_id": "",
        }
        widgets = {"definition": forms.Textarea(attrs={"rows": 4})}

    topic = forms.ChoiceField(choices=[], help_text="")

    def __init__(self, chapter: Chapter, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chapter = chapter
        topics = [(topic, topic.capitalize()) for _, each in DIMENSIONS for topic in each]
        topic: Any = self.fields["topic"]
        topic.choices = [*topics, ("other", "Another subject")]
        for name, words in REQUIRED.items():
            self.fields[name].error_messages["required"] = words
        self.fields["code"].error_messages["invalid"] = "Use small letters, digits and underscores"
        if self.instance.pk:
            self.fields["code"].disabled = True

    def clean_code(self) -> str:
        """A code that nothing else here or in the nation has."""
        code = str(self.cleaned_data["code"])
        rows = Indicator.objects.filter(code=code)
        if not self.instance.pk and rows.exists():
            raise forms.ValidationError("There is an indicator of this short name already")
        return code

    def clean(self) -> dict[str, Any]:
        """Shares and rates say what they are of; a range has two ends in order."""
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("value_type")
        if kind in SHARES:
            for name in ("numerator_def", "denominator_def"):
                if not data.get(name):
                    self.add_error(name, "Say what is divided by what")
        low, high = data.get("valid_min"), data.get("valid_max")
        if kind == Indicator.ValueType.PROPORTION and (low, high) != (0, 1):
            self.add_error("valid_max", "A proportion lies between 0 and 1")
        if low is not None and high is not None and low >= high:
            self.add_error("valid_max", "The highest value lies above the lowest")
        if data.get("min_change") is not None and data["min_change"] < 0:
            self.add_error("min_change", "Enter 0 or more")
        return data


class ProposalForm(forms.Form):
    """Why every city should count this."""

    reason = forms.CharField(
        label="Why should every city count this?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say why every city should count this"},
    )
