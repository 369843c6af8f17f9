"""`manage.py index`: files in, a long table out; refused with status 2 and nothing written."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.measurement.recipes import DATA, asem, small

ROOT = Path(__file__).parents[2]
CSV = "code,a1,a2,b1\nx,1,2,3\ny,4,5,6\n"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Runs the command over texts; gives the rows of its output."""

    def run(definition: Any, data: str = CSV, **files: Any) -> list[dict[str, str]]:
        (tmp_path / "d.json").write_text(
            definition if isinstance(definition, str) else json.dumps(definition), "utf-8"
        )
        (tmp_path / "d.csv").write_bytes(data.encode())
        more: list[str] = []
        for name, text in files.items():
            value = text
            if name in ("weights", "se"):
                value = str(tmp_path / f"{name}.csv")
                Path(value).write_text(text)
            more += [f"--{name}", str(value)]
        out = tmp_path / "out.csv"
        messages = io.StringIO()
        call_command(
            "index", str(tmp_path / "d.json"), str(tmp_path / "d.csv"), *more,
            "-o", str(out), stderr=messages,
        )  # fmt: skip
        run.messages = messages.getvalue()  # type: ignore[attr-defined]
        return list(csv.DictReader(io.StringIO(out.read_text())))

    return run


def test_index_writes_a_row_for_every_unit_and_node(run: Any) -> None:
    rows = run(small())
    assert list(rows[0]) == ["unit", "node", "level", "score", "rank", "available"]
    assert [list(row.values()) for row in rows] == [
        ["x", "A", "2", "15.0", "2", "1.0"],
        ["x", "B", "2", "30.0", "2", "1.0"],
        ["x", "Top", "3", "22.5", "2", "1.0"],
        ["y", "A", "2", "45.0", "1", "1.0"],
        ["y", "B", "2", "60.0", "1", "1.0"],
        ["y", "Top", "3", "52.5", "1", "1.0"],
    ]


def test_index_reads_what_spreadsheets_write(run: Any) -> None:
    data = '\ufeffcode, a1 ,name,a2,b1\r\nx,NA,Ex,,3\r\n\r\n"y", 4 ,Why,5e0,+6.0\r\n'
    rows = run(small(), data)
    assert [row["score"] for row in rows] == ["", "30.0", "", "45.0", "60.0", "52.5"]
    assert [row["available"] for row in rows][:3] == ["0.0", "1.0", "0.5"]


def test_index_takes_other_weights(run: Any) -> None:
    rows = run(small(), weights='"iCode","Level","Weight"\n"a1",1,3\n"Top",3,1\n')
    assert rows[0]["score"] == "12.5"
    assert run(small(), weights="code,share\na1,3\n")[0]["score"] == "12.5"


def test_index_of_asem_as_published(run: Any) -> None:
    data = (DATA / "asem" / "asem_treated.csv").read_text()
    scores = {(row["unit"], row["node"]): row for row in run(asem(), data)}
    assert round(float(scores["CHE", "Index"]["score"]), 2) == 68.38
    assert scores["IND", "Index"]["rank"] == "45"


def test_index_with_draws_says_what_was_moved(run: Any) -> None:
    rows = run(small(), se="code,a1\nx,0.1\ny,NA\n", draws=50, seed=7)
    assert {"score_p5", "rank_p95", "finding"} <= set(rows[0])
    assert rows[2]["finding"] == "rank 2"
    assert float(rows[0]["score_p5"]) < 15 < float(rows[0]["score_p95"])
    assert run.messages == (
        "50 draws, seed 7. 1 of 6 values have a standard error; the others stood still.\n"
    )
    assert run(small(), se="code,a1\nx,0.1\n", draws=50, seed=7) == rows
    assert run(small(), draws=20)[0]["score_median"] != ""
    assert "only the weights were moved" in run.messages


BAD_DATA = [
    ("IDX-TYPE", "row 3, b1: '1O4'", "code,a1,a2,b1\nx,1,2,3\ny,4,5,1O4\n"),
    ("IDX-TYPE", "'inf'", "code,a1,a2,b1\nx,1,2,3\ny,4,5,inf\n"),
    ("IDX-TYPE", "'1,000'", 'code,a1,a2,b1\nx,1,2,3\ny,4,5,"1,000"\n'),
    ("IDX-TYPE", "row 3: 3 cells", "code,a1,a2,b1\nx,1,2,3\ny,4,5\n"),
    ("IDX-COLUMN", "b1; node B", "code,a1,a2\nx,1,2\n"),
    ("IDX-DUP", "unit x", "code,a1,a2,b1\nx,1,2,3\nx,4,5,6\n"),
    ("IDX-DUP", "column a1", "code,a1,a1,b1\nx,1,2,3\n"),
    ("IDX-KEY", "row 2", "code,a1,a2,b1\n,1,2,3\n"),
    ("IDX-EMPTY", "DATA", "code,a1,a2,b1\n"),
    ("IDX-EMPTY", "DATA", ""),
]


@pytest.mark.parametrize(("code", "name", "data"), BAD_DATA)
def test_index_refuses_odd_data(run: Any, tmp_path: Path, code: str, name: str, data: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(small(), data)
    assert refused.value.returncode == 2
    assert str(refused.value).startswith(f"{code}: ")
    assert name in str(refused.value)
    assert not (tmp_path / "out.csv").exists()


BAD_FILES: list[tuple[str, str, dict[str, Any]]] = [
    ("IDX-UNKNOWN", "zz", {"se": "code,zz\nx,1\n"}),
    ("IDX-UNKNOWN", "zz", {"se": "code,a1\nzz,1\n"}),
    ("IDX-TYPE", "below 0", {"se": "code,a1\nx,-1\n"}),
    ("IDX-UNKNOWN", "zz", {"weights": "code,weight\nzz,1\n"}),
    ("IDX-TYPE", "missing", {"weights": "code,weight\na1,NA\n"}),
    ("IDX-WEIGHT", "a1", {"weights": "code,weight\na1,-2\n"}),
    ("IDX-RULE", "draws", {"draws": 0}),
    ("IDX-RULE", "seed", {"draws": 2, "seed": -1}),
]


@pytest.mark.parametrize(("code", "name", "files"), BAD_FILES)
def test_index_refuses_odd_weights_and_errors(
    run: Any, tmp_path: Path, code: str, name: str, files: dict[str, Any]
) -> None:
    with pytest.raises(CommandError) as refused:
        run(small(), CSV, **files)
    assert (refused.value.returncode, str(refused.value)[: len(code)]) == (2, code)
    assert name in str(refused.value)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("IDX-FILE", "{"),
        ("IDX-DUP", '{"code": "a", "code": "b"}'),
        ("IDX-TYPE", '{"code": NaN}'),
        ("IDX-TYPE", "[]"),
        ("IDX-FILE", "[" * 100_000),
        ("IDX-FILE", '{"code": ' + "9" * 5_000 + "}"),
    ],
)
def test_index_refuses_what_is_no_definition(run: Any, code: str, text: str) -> None:
    with pytest.raises(CommandError, match=code) as refused:
        run(text)
    assert refused.value.returncode == 2


def test_index_exits_with_status_2_and_writes_nothing(tmp_path: Path) -> None:
    """As a program, without any database."""
    (tmp_path / "d.json").write_text(json.dumps(small(colour="red")))
    (tmp_path / "d.csv").write_text(CSV)
    command = [sys.executable, "manage.py", "index", str(tmp_path / "d.json")]
    out = ["-o", str(tmp_path / "out.csv")]
    done = subprocess.run(
        [*command, str(tmp_path / "d.csv"), *out], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "IDX-UNKNOWN: The definition: unknown key 'colour'." in done.stderr
    lost = subprocess.run([*command, "gone.csv", *out], cwd=ROOT, capture_output=True, text=True)
    assert lost.returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.csv", "d.json"]
