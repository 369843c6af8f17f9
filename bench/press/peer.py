"""The peer's side of `bench.printing`: a page in, PDF/UA-1 by WeasyPrint, what it cost out."""

import json
import sys
import time

import weasyprint  # type: ignore[import-not-found]

for line in sys.stdin:
    page, _ = json.loads(line)
    began, spent = time.perf_counter(), time.process_time()
    document = weasyprint.HTML(string=page).render(pdf_variant="pdf/ua-1")
    pdf = document.write_pdf(pdf_variant="pdf/ua-1")
    found = {
        "cpu_ms": round(1000 * (time.process_time() - spent), 1),
        "wall_ms": round(1000 * (time.perf_counter() - began), 1),
        "bytes": len(pdf),
        "pages": len(document.pages),
    }
    print(json.dumps(found), flush=True)
