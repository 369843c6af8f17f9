"""The pages of figures: dashboards, indicators, uploads."""

import secrets

from playwright.sync_api import FilePayload, expect

from tests.browsing import Visit
from tests.pages.front import send_empty
from tests.pages.shown import CHAPTER, SF, Shown, send_form

UPLOAD = f"{CHAPTER}data/<uuid:pk>/"


def send_figures(visit: Visit, text: str = "", until: str = "Load the figures") -> None:
    """Send a file of figures as the council does, and wait until it is checked."""
    page = visit.go("/san-francisco/data/new/")
    release = secrets.token_hex(4)
    head = "indicator,ref_area,period,value"
    text = text or f"{head}\nemployment_rate_25_54,0667000,1999,0.5\n"
    file = FilePayload(name="figures.csv", mimeType="text/csv", buffer=text.encode())
    page.get_by_label("File of figures").set_input_files(files=[file])
    for label, answer in {
        "Publisher": "Example Bureau",
        "Table or data set": "Work",
        "Release": release,
        "License": "Public domain",
    }.items():
        page.get_by_label(label, exact=True).fill(answer)
    visit.press("Send and check")
    expect(page.get_by_text(until).first).to_be_visible(timeout=60_000)


def send_wrong_figures(visit: Visit) -> None:
    """Send a file with an error in every line."""
    lines = "\n".join(f"employment_rate_25_54,667000,{year},1O4" for year in range(1950, 1980))
    send_figures(visit, f"indicator,ref_area,period,value\n{lines}", "Nothing was loaded")


def send_wide_figures(visit: Visit) -> None:
    """Send a file that has one place a line, and go to where its columns are named."""
    send_figures(visit, "geoid,rate,margin\n0667000,0.5,0.01\n", "Name the columns")
    visit.page.get_by_role("link", name="Name the columns").click()
    expect(visit.page.get_by_role("button", name="Check with these columns")).to_be_visible()


PAGES = [
    # Figures
    Shown("dashboard", f"{CHAPTER}dashboard/", f"{SF}/dashboard/"),
    Shown("dashboard-lou", f"{CHAPTER}dashboard/", f"{SF}/dashboard/?topic=income", "lou"),
    Shown("dashboard-denver", f"{CHAPTER}dashboard/", "/denver/dashboard/"),
    Shown("dashboard-richmond", f"{CHAPTER}dashboard/", "/richmond/dashboard/"),
    Shown(
        "indicator",
        f"{CHAPTER}dashboard/<slug:code>/",
        f"{SF}/dashboard/employment_gap_25_54/",
    ),
    Shown(
        "indicator-own",
        f"{CHAPTER}dashboard/<slug:code>/",
        f"{SF}/dashboard/women_cycling_to_work/",
    ),
    Shown("dashboard-women", f"{CHAPTER}dashboard/", f"{SF}/dashboard/?group=sex%3Dfemale"),
    Shown(
        "embed",
        f"{CHAPTER}dashboard/<slug:code>/embed/",
        f"{SF}/dashboard/employment_gap_25_54/embed/",
    ),
    Shown("indices", "indices/", "/indices/"),
    Shown("index", "indices/<slug:code>/", "/indices/work_and_parity/?with=0667000"),
    Shown("index-moved", "indices/<slug:code>/", "/indices/work_and_parity/?w.parity=3"),
    Shown("index-template", "indices/<slug:code>/", "/indices/womens_wellbeing/"),
    Shown("edition", "indices/<slug:code>/editions/<int:pk>/", "/indices/{edition}/"),
    Shown(
        "edition-chapter",
        "indices/<slug:code>/editions/<int:pk>/",
        "/indices/{chapter_edition}/?with=0667000",
    ),
    Shown("chapter-indices", f"{CHAPTER}indices/", f"{SF}/indices/", "lou"),
    Shown(
        "edition-new", f"{CHAPTER}indices/<slug:code>/", f"{SF}/indices/womens_wellbeing/", "lou"
    ),
    Shown("calendar", f"{CHAPTER}data/calendar/", f"{SF}/data/calendar/", "lou"),
    Shown("duty", f"{CHAPTER}data/calendar/<int:pk>/", f"{SF}/data/calendar/{{duty}}/", "lou"),
    Shown("own-indicators", f"{CHAPTER}indicators/", f"{SF}/indicators/", "lou"),
    Shown("own-indicator-new", f"{CHAPTER}indicators/new/", f"{SF}/indicators/new/", "lou"),
    Shown(
        "own-indicator-errors",
        f"{CHAPTER}indicators/new/",
        f"{SF}/indicators/new/",
        "lou",
        after=lambda visit: send_empty(visit, "main form.form"),
        statuses=(422,),
    ),
    Shown("own-indicator", f"{CHAPTER}indicators/<int:pk>/", f"{SF}/indicators/{{own}}/", "lou"),
    Shown(
        "own-indicator-edit",
        f"{CHAPTER}indicators/<int:pk>/edit/",
        f"{SF}/indicators/{{own}}/edit/",
        "lou",
    ),
    Shown("indicators", "indicators/", "/indicators/"),
    Shown("uploads", f"{CHAPTER}data/", f"{SF}/data/", "lou"),
    Shown("upload-new", f"{CHAPTER}data/new/", f"{SF}/data/new/", "lou"),
    Shown(
        "upload-new-errors",
        f"{CHAPTER}data/new/",
        f"{SF}/data/new/",
        "lou",
        after=send_form,
        statuses=(422,),
    ),
    Shown("upload", UPLOAD, "", "lou", send_figures),
    Shown("upload-wrong", UPLOAD, "", "lou", send_wrong_figures),
    Shown("upload-columns", f"{UPLOAD}columns/", "", "lou", send_wide_figures),
    Shown("keys", f"{CHAPTER}data/keys/", f"{SF}/data/keys/", "lou"),
    Shown("claim", "claims/<slug:code>/", "/claims/{claim}/"),
    Shown("claims", f"{CHAPTER}claims/", f"{SF}/claims/"),
    Shown("claims-lou", f"{CHAPTER}claims/", f"{SF}/claims/", "lou"),
    Shown("claims-none", f"{CHAPTER}claims/", "/richmond/claims/"),
    Shown("targets", f"{CHAPTER}targets/", f"{SF}/targets/", "lou"),
    Shown(
        "targets-errors",
        f"{CHAPTER}targets/",
        f"{SF}/targets/",
        "lou",
        after=lambda visit: send_empty(visit, "main form.form"),
        statuses=(422,),
    ),
    Shown("compare", "compare/", "/compare/"),
    Shown(
        "compare-many",
        "compare/",
        "/compare/?indicator=employment_rate_25_54&group=sex%3Dfemale&with=0667000"
        "&places=0667000,0820000,0477000,0203000,2743000",
    ),
    Shown("open-data", "data/", "/data/"),
    Shown("api", "api/v1/", "/api/v1/"),
]
