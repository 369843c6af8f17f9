"""Input about files of figures."""

import re
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from measurement.models import Indicator, Source

MOST_BYTES = 20_000_000


class UploadForm(forms.Form):
    """A file, and the release that its figures come from."""

    file = forms.FileField(
        label="File of figures",
        help_text="CSV or XLSX, up to 20 MB: one figure a line, with the columns indicator,"
        " ref_area, period and value. You can also send a spreadsheet with one place a line, or an"
        " answer of the Census Bureau (JSON or CSV), and say on the next page what its columns"
        " are.",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    publisher = forms.CharField(
        max_length=160, help_text="Who made the figures, such as San Francisco Unified.",
        error_messages={"required": "Name who made the figures."},
    )  # fmt: skip
    source = forms.CharField(
        label="Table or data set", max_length=120,
        help_text="What the publisher calls it. It counts where the file has no column “source”.",
        error_messages={"required": "Name the table or data set."},
    )  # fmt: skip
    release = forms.CharField(
        max_length=80,
        help_text="Its edition or date. It counts where the file has no column “release”.",
        error_messages={"required": "Name the release."},
    )
    programme = forms.ChoiceField(label="Kind of source", choices=Source.Programme)
    licence = forms.CharField(
        label="License", max_length=300, help_text="Under which terms others may use the figures.",
        error_messages={"required": "Name the license, or “none stated”."},
    )  # fmt: skip
    url = forms.URLField(
        label="Address of the source", required=False, max_length=200, assume_scheme="https",
        error_messages={"invalid": "Enter a full address, such as https://example.org/data."},
    )  # fmt: skip

    def clean_file(self) -> UploadedFile:
        """A file that is not larger than a check in the browser may take."""
        given: UploadedFile = self.cleaned_data["file"]
        if (given.size or 0) > MOST_BYTES:
            size = (given.size or 0) / 1_000_000
            raise forms.ValidationError(
                f"The file has {size:,.1f} MB; up to {MOST_BYTES // 1_000_000} MB can be sent."
                " Split it by year, or ask the backbone to load it."
            )
        return given

    def about(self) -> dict[str, Any]:
        """What the form says of the file's sources."""
        return {name: text for name, text in self.cleaned_data.items() if name != "file"}


class DecisionForm(forms.Form):
    """Words that go with a review or a withdrawal."""

    note = forms.CharField(
        required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Use 2,000 characters or fewer."},
    )  # fmt: skip


# What is asked of each column of a wide file.
ASKED = {"indicator": "Indicator", "group": "Group", "moe": "Column of its margin"}
# And of the counts behind its figures, without which shares of people are hidden.
COUNTS = {
    "numerator": "Column of its numerator", "denominator": "Column of its denominator",
    "sample_n": "Column of the number asked",
}  # fmt: skip
# How columns are called that say where and when.
NO_FIGURE = re.compile(
    r"(ref[ _]?area|geo[ _]?id|fips|place|city|county|state|name|year|period|time)"
    r"([ _]?(code|name|id|period))?$",
    re.IGNORECASE,
)


class ColumnsForm(forms.Form):
    """What the columns of a wide file are: the place, the period, and a figure in each other."""

    MOST_COLUMNS = 80
    layout = forms.ChoiceField(
        label="Kind of file",
        choices=[("wide", "A spreadsheet"), ("census", "From the Census Bureau, with its codes")],
    )
    place = forms.ChoiceField(label="Column with the code of the place")
    period_column = forms.ChoiceField(label="Column with the period", required=False)
    period = forms.CharField(
        label="Period of all lines", required=False, max_length=20,
        help_text="A year, or a window such as 2019-2023, where no column says it.",
    )  # fmt: skip
    conf_level = forms.ChoiceField(
        label="Level of the margins", required=False,
        choices=[("", "No margins"), ("90", "90 percent"), ("95", "95 percent")],
    )  # fmt: skip

    def __init__(self, header: list[str], data: Any = None, *, known: dict[str, Any]) -> None:
        self.header = header[: self.MOST_COLUMNS]
        super().__init__(data, initial=known | _cells_of(known, self.header))
        columns = [("", "–"), *((name, name) for name in self.header)]
        for name in ("place", "period_column"):
            self.fields[name].choices = columns  # type: ignore[attr-defined]
        library = Indicator.objects.order_by("name").values_list("code", "name")
        indicators = [("", "No figure"), *dict(library).items()]
        for number, name in enumerate(self.header):
            self.fields[f"indicator_{number}"] = forms.ChoiceField(
                choices=indicators, required=False, label=f"{name}: indicator"
            )
            self.fields[f"group_{number}"] = forms.CharField(
                max_length=160, required=False, label=f"{name}: group"
            )
            for kind, what in {"moe": ASKED["moe"], **COUNTS}.items():
                self.fields[f"{kind}_{number}"] = forms.ChoiceField(
                    choices=columns, required=False, label=f"{name}: {what.lower()}"
                )

    @property
    def figure_lines(self) -> list[dict[str, Any]]:
        """The fields of each column that may hold figures, for a table."""
        return [line for line in self._lines() if not NO_FIGURE.match(line["name"])]

    @property
    def other_lines(self) -> list[dict[str, Any]]:
        """The same of columns that are called like a place or a period."""
        return [line for line in self._lines() if NO_FIGURE.match(line["name"])]

    @property
    def is_other_used(self) -> bool:
        """Whether one of those others was said to hold figures."""
        return any(line["cells"][0][1].value() for line in self.other_lines)

    def _lines(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name, "cells": [(ASKED[kind], self[f"{kind}_{at}"]) for kind in ASKED],
                "counts": [(COUNTS[kind], self[f"{kind}_{at}"]) for kind in COUNTS],
                "is_counted": any(self[f"{kind}_{at}"].value() for kind in COUNTS),
            }
            for at, name in enumerate(self.header)
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """A period from somewhere, and one figure at least."""
        given = super().clean() or self.cleaned_data
        if not given.get("period") and not given.get("period_column"):
            self.add_error("period", "Name the period, or the column that holds it.")
        if not self.mapping()["figures"]:
            raise forms.ValidationError("Choose the indicator of one column at least.")
        return given

    def mapping(self) -> dict[str, Any]:
        """The answers as the reader of wide files takes them."""
        given = self.cleaned_data
        names = ("place", "period_column", "period", "conf_level")
        figures = [
            {"column": column, "indicator": given[f"indicator_{number}"],
             "group": given.get(f"group_{number}", ""), "moe": given.get(f"moe_{number}", "")}
            | {kind: given[f"{kind}_{number}"] for kind in COUNTS if given.get(f"{kind}_{number}")}
            for number, column in enumerate(self.header)
            if given.get(f"indicator_{number}")
        ]  # fmt: skip
        return {name: given[name] for name in names if given.get(name)} | {"figures": figures}


def _cells_of(known: dict[str, Any], header: list[str]) -> dict[str, str]:
    """Answers of the last time as the form's fields have them."""
    numbers = {name: number for number, name in enumerate(header)}
    return {
        f"{kind}_{numbers[figure['column']]}": figure.get(kind, "")
        for figure in known.get("figures", [])
        if figure["column"] in numbers
        for kind in (*ASKED, *COUNTS)
    }
