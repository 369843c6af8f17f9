"""What a council types about a survey: its terms, its questions, and whom it asks."""

from typing import Any

from django import forms

from measurement.models import Category, Choice, Indicator, Question, Survey
from measurement.models.surveys import FLOOR, PUBLIC_FLOOR
from measurement.queries.surveys import choices_before, own_indicators

MOST_CHOICES, LONGEST_CHOICE, MOST_LINKS = 30, 160, 500
Kind = Question.Kind
TOO_LONG = "Use {} characters or fewer"


def _line(label: str, missing: str = "", length: int = 160, hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=bool(missing), max_length=length, help_text=hint,
        widget=forms.TextInput({"class": "input w-l", "autocomplete": "off"}),
        error_messages={"required": missing, "max_length": TOO_LONG.format(length)},
    )  # fmt: skip


def _text(label: str, length: int, hint: str = "", missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, required=bool(missing), max_length=length, help_text=hint,
        widget=forms.Textarea({"class": "input w-l", "rows": 5}),
        error_messages={"required": missing, "max_length": TOO_LONG.format(f"{length:,}")},
    )  # fmt: skip


def _threshold(label: str, floor: int, hint: str) -> forms.IntegerField:
    wrong = f"SDC-FLOOR: The threshold may not go below {floor}."
    return forms.IntegerField(
        label=label, initial=floor, min_value=floor, max_value=1000, help_text=hint,
        error_messages={"required": f"Enter a number from {floor} on", "min_value": wrong,
                        "invalid": f"Enter a number from {floor} on"},
    )  # fmt: skip


class SurveyForm(forms.ModelForm):
    """A survey's title, introduction, last day and thresholds."""

    title = _line("Title", "Give the survey a title")
    intro = _text("Introduction", 2000, "What it is for, and what will become of the answers.")
    closes_on = forms.DateField(
        label="Last day for answers",
        widget=forms.DateInput({"class": "input", "type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Enter a date like 2027-05-31",
                        "invalid": "Enter a date like 2027-05-31"},
    )  # fmt: skip
    steward_k = _threshold(
        "Least count that the council sees", FLOOR,
        "Smaller counts are hidden, and others that would give them away.",
    )  # fmt: skip
    public_k = _threshold(
        "Least count that is published", PUBLIC_FLOOR,
        "Once the survey is open both numbers can only be raised.",
    )  # fmt: skip

    class Meta:
        model = Survey
        fields = ["title", "intro", "closes_on", "steward_k", "public_k"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.instance.is_draft:
            del self.fields["title"], self.fields["intro"]

    def clean(self) -> dict[str, Any]:
        """The public sees no smaller counts than the council."""
        data: dict[str, Any] = super().clean() or {}
        council, public = data.get("steward_k"), data.get("public_k")
        if council and public and public < council:
            self.add_error("public_k", f"Enter at least {council}, as for the council")
        return data


class QuestionForm(forms.ModelForm):
    """One question; which fields there are depends on its kind."""

    text = _line("Question", "Write the question", 300)
    hint = _line("Hint", length=300, hint="A line under the question.")
    choices = _text("Choices", 6000, "One a line, at least two.", "Enter at least two choices")
    points = forms.TypedChoiceField(
        label="Points", coerce=int, choices=[(n, str(n)) for n in (3, 4, 5, 7, 10)], initial=5
    )
    low = _line("Words for the lowest point", length=60, hint="Such as: never")
    high = _line("Words for the highest point", length=60, hint="Such as: always")
    category = forms.ModelChoiceField(
        Category.objects.none(), empty_label=None,
        error_messages={"required": "Choose a category", "invalid_choice": "Choose a category"},
    )  # fmt: skip
    least = forms.DecimalField(label="Smallest number", required=False, max_digits=12,
                               decimal_places=2)  # fmt: skip
    most = forms.DecimalField(label="Largest number", required=False, max_digits=12,
                              decimal_places=2)  # fmt: skip
    unit = _line("Unit", length=30, hint="Such as: hours a week")
    is_required = forms.BooleanField(label="An answer is needed", required=False, initial=True)
    shown_if = forms.ModelChoiceField(
        Choice._base_manager.none(), label="Show only after this answer", required=False,
        empty_label="Always show it",
    )  # fmt: skip

    class Meta:
        model = Question
        fields = ["text", "hint", "category", "least", "most", "unit", "is_required", "shown_if"]

    OF_KIND = {
        Kind.SINGLE: {"choices"},
        Kind.SEVERAL: {"choices"},
        Kind.SCALE: {"points", "low", "high"},
        Kind.NUMBER: {"least", "most", "unit"},
        Kind.TEXT: set(),
        Kind.GROUP: {"category"},
    }

    def __init__(self, survey: Survey, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = self.instance.kind = Kind(kind)
        special = set().union(*self.OF_KIND.values()) - self.OF_KIND[self.kind]
        if self.kind == Kind.GROUP:
            # Groups are those of everybody who answers.
            special |= {"shown_if"}
        for name in special:
            del self.fields[name]
        question = self.instance if self.instance.pk else None
        before = choices_before(survey, question)
        if "shown_if" in self.fields:
            self._offer("shown_if", Choice, before)
        if self.kind == Kind.GROUP:
            self._offer("category", Category, [])
            self.fields["is_required"].initial = False
        if question is not None:
            self._fill(question)

    def _offer(self, name: str, model: Any, rows: list[Choice]) -> None:
        field: Any = self.fields[name]
        if model is Category:
            field.queryset = Category.objects.all()
            return
        chosen = Choice.objects.filter(pk__in=[row.pk for row in rows])
        # By question, and not the first choices of all questions first.
        ordered = chosen.order_by("question__position", "position")
        field.queryset = ordered.select_related("question")
        field.label_from_instance = lambda row: f"{row.question.text[:60]}: {row.text[:60]}"

    def _fill(self, question: Question) -> None:
        texts = [choice.text for choice in question.choices.all()]
        if "choices" in self.fields:
            self.fields["choices"].initial = "\n".join(texts)
        if "points" in self.fields:
            self.fields["points"].initial = len(texts)
            for name, text in (("low", texts[0]), ("high", texts[-1])):
                self.fields[name].initial = text.partition(": ")[2]

    def clean_choices(self) -> list[str]:
        """The lines that say something, each once."""
        lines = [line.strip() for line in self.cleaned_data["choices"].splitlines()]
        texts = [line for line in lines if line]
        if not 2 <= len(texts) <= MOST_CHOICES:
            raise forms.ValidationError(f"Enter from 2 to {MOST_CHOICES} choices, one a line")
        if len(set(texts)) < len(texts):
            raise forms.ValidationError("The same choice stands there twice")
        if max(map(len, texts)) > LONGEST_CHOICE:
            raise forms.ValidationError(f"A choice has up to {LONGEST_CHOICE} characters")
        return texts

    def clean(self) -> dict[str, Any]:
        """The largest number is not below the smallest."""
        data: dict[str, Any] = super().clean() or {}
        least, most = data.get("least"), data.get("most")
        if least is not None and most is not None and most < least:
            self.add_error("most", f"Enter {least} or more")
        return data

    def question(self) -> Question:
        """The question as the form has it, not stored."""
        question: Question = self.save(commit=False)
        return question

    def listed_choices(self) -> list[tuple[str, str]]:
        """Words and code of each choice, in their order."""
        data = self.cleaned_data
        if self.kind == Kind.SCALE:
            ends = {1: data["low"], data["points"]: data["high"]}
            points = range(1, data["points"] + 1)
            return [(f"{n}: {ends[n]}" if ends.get(n) else str(n), "") for n in points]
        if self.kind == Kind.GROUP:
            return [(option.name, option.code) for option in data["category"].options.all()]
        return [(text, "") for text in data.get("choices", [])]


class InviteForm(forms.Form):
    """Whom to ask: members by e-mail, or anybody with a link on paper."""

    members = forms.MultipleChoiceField(
        label="Members", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Choose from the members listed here"},
    )  # fmt: skip
    everybody = forms.BooleanField(label="Every member who has no link yet", required=False)
    links = forms.IntegerField(
        label="Links to print", required=False, min_value=1, max_value=MOST_LINKS,
        help_text=f"Up to {MOST_LINKS} at a time, shown once. Each answers once.",
        error_messages={"min_value": f"Enter a number from 1 to {MOST_LINKS}",
                        "max_value": f"Enter a number from 1 to {MOST_LINKS}",
                        "invalid": f"Enter a number from 1 to {MOST_LINKS}"},
    )  # fmt: skip

    def __init__(self, members: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["members"]
        field.choices = [(str(one.user_id), str(one.user)) for one in members]
        if not members:
            del self.fields["members"], self.fields["everybody"]

    def clean(self) -> dict[str, Any]:
        """Somebody has to be asked."""
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(data.get(name) for name in self.fields):
            raise forms.ValidationError("Choose members, or enter a number of links")
        return data


class FigureForm(forms.Form):
    """Which answers become a figure, and of which indicator."""

    choices = forms.MultipleChoiceField(
        label="Answers that count", widget=forms.CheckboxSelectMultiple,
        help_text="The figure is the share of those who gave one of them.",
        error_messages={"required": "Choose at least one answer"},
    )  # fmt: skip
    indicator = forms.ModelChoiceField(
        Indicator.published.none(), required=False, empty_label="A new one",
        label="Indicator of the chapter",
    )  # fmt: skip
    name = _line("Name of a new indicator", hint="Such as: Tenants who feel safe at home")
    direction = forms.TypedChoiceField(
        label="Which way is better", coerce=int, choices=Indicator.Direction.choices
    )

    def __init__(self, chapter: Any, said: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_mean, self.overlaps = said["kind"] == Kind.NUMBER, said["kind"] == Kind.SEVERAL
        field: Any = self.fields["choices"]
        pairs = [(row["choice"], row["label"]) for row in said["rows"] if row["choice"]]
        field.choices = pairs
        if self.is_mean:
            del self.fields["choices"]
        wanted = Indicator.ValueType.MEAN if self.is_mean else Indicator.ValueType.PROPORTION
        own: Any = self.fields["indicator"]
        own.queryset = own_indicators(chapter).filter(value_type=wanted)

    def clean(self) -> dict[str, Any]:
        """One that is there, or the name of a new one; of choices that overlap a single one."""
        data: dict[str, Any] = super().clean() or {}
        if self.overlaps and len(data.get("choices", [])) > 1:
            self.add_error("choices", "People could give several of these answers: choose one")
        if not data.get("indicator") and not data.get("name"):
            self.add_error("name", "Choose an indicator, or name a new one")
        return data
