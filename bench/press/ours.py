"""Our side of `bench.printing`: a seed in, a report printed, what it cost out."""

import base64
import html
import json
import os
import random
import sys
import time
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from agendas.reports import compose, count_pages, on_paper, seal  # noqa: E402
from agendas.reports.document import Document  # noqa: E402
from agendas.reports.paper import lay_out  # noqa: E402
from agendas.reports.writing import Written  # noqa: E402
from bench.printing import CHARTS, ROWS  # noqa: E402

UNIT = {"scale": 100, "decimals": 1, "prefix": "", "suffix": "%", "gap": " points",
        "words": "percent"}  # fmt: skip
CITIES = [f"City {n}" for n in range(1, 6)]


def inputs(seed: float) -> dict[str, Any]:
    """Frozen inputs of a baseline report with invented figures."""
    numbers = random.Random(seed)
    figures = [_figure(n, numbers) for n in range(1, ROWS + 1)]
    indicators = [_indicator(n, numbers) for n in range(CHARTS // 2)]
    return {
        "kind": "baseline", "as_of": "2026-01-31",
        "chapter": {"name": "Springfield"}, "place": {"name": "Springfield", "state": "IL"},
        "score": {"headline": "Made for a measurement", "chance": "", "rule": "None.",
                  "figures": ["f1"]},
        "indicators": indicators, "needs": [], "missing": [], "figures": figures, "sources": [],
    }  # fmt: skip


def _figure(n: int, numbers: random.Random) -> dict[str, Any]:
    return {
        "id": f"f{n}", "what": f"Figure {n} of the measurement", "place": "Springfield",
        "group": "Women", "period": "2019–2023", "shown": f"{100 * numbers.random():.1f}%",
        "margin": f"± {numbers.random():.2f}", "value": None, "se": None, "source": None,
        "from": [], "how": "Invented",
    }  # fmt: skip


def _point(year: int, numbers: random.Random) -> dict[str, Any]:
    return {
        "label": str(year), "start": f"{year}-01-01", "end": f"{year}-12-31", "window_years": 1,
        "group": "", "value": 0.4 + numbers.random() / 4, "se": numbers.random() / 60,
        "status": "A", "reliability": "good", "programme": "ACS1",
    }  # fmt: skip


def _indicator(n: int, numbers: random.Random) -> dict[str, Any]:
    said = {"text": f"In 2023 the figure was {100 * numbers.random():.1f}%.", "figures": ["f2"]}
    return {
        "code": f"indicator-{n}", "version": 1, "name": f"Indicator {n}", "topic": f"t-{n // 4}",
        "definition": "A share.", "universe": "All people", "custodian": "Nobody",
        "unit": UNIT, "look": "steady", "verdict": "No clear difference",
        "finding": f"Indicator {n}: no clear difference", "said": [said],
        "trend": [_point(year, numbers) for year in range(2010, 2024)], "fitted": [],
        "target": None, "groups": {"dots": []},
        "peers": {
            "period": "2023", "said": [said], "unsaid": [], "figures": ["f3"],
            "dots": [[city, _point(2023, numbers)] for city in CITIES],
            "rows": [[city, f"{100 * numbers.random():.1f}%", "± 1.0", "Not tested"]
                     for city in CITIES],
        },
    }  # fmt: skip


def page_of(document: Document) -> str:
    """The same content as HTML for the peer, with the same drawings."""
    data = lay_out(document)
    parts = [f"<h1>{html.escape(data['title'])}</h1>"]
    for part in data["parts"]:
        parts.append(f"<h2>{html.escape(part['heading'])}</h2>")
        parts += [_html(block) for block in part["blocks"]]
    style = "body{font:9.5pt DejaVu Sans}table{border-collapse:collapse;font-size:8.5pt}"
    style += "td,th{border-bottom:.4pt solid #ccc;padding:4pt;text-align:left}img{width:80%}"
    head = f"<title>{html.escape(data['title'])}</title><style>{style}</style>"
    return f'<html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>'


def _html(block: dict[str, Any]) -> str:
    text = html.escape(block["text"])
    if block["kind"] == "heading":
        return f"<h3>{text}</h3>"
    if block["kind"] == "chart":
        svg = base64.b64encode(block["svg"].encode()).decode()
        return f'<img alt="{text}" src="data:image/svg+xml;base64,{svg}">'
    if block["kind"] == "list":
        return f"<ul>{''.join(f'<li>{html.escape(one)}</li>' for one in block['items'])}</ul>"
    if block["kind"] == "table":
        rows = [block["head"], *block["rows"]]
        tag = ["th", *["td"] * len(block["rows"])]
        return "<table>" + "".join(
            f"<tr>{''.join(f'<{t}>{html.escape(cell)}</{t}>' for cell in row)}</tr>"
            for row, t in zip(rows, tag, strict=True)
        ) + "</table>"  # fmt: skip
    return f"<p>{text}</p>"


def main() -> None:
    """Print a report for every line."""
    for line in sys.stdin:
        seed, with_page = json.loads(line)
        frozen = inputs(seed)
        began, spent = time.perf_counter(), time.process_time()
        document = compose("A report for a measurement", frozen, Written())
        pdf = on_paper(document)
        found = {
            "cpu_ms": round(1000 * (time.process_time() - spent), 1),
            "wall_ms": round(1000 * (time.perf_counter() - began), 1),
            "bytes": len(pdf),
            "pages": count_pages(pdf),
            "charts": document.charts,
            "inputs": seal(frozen)[:12],
        }
        print(json.dumps(found | ({"page": page_of(document)} if with_page else {})), flush=True)


if __name__ == "__main__":
    main()
