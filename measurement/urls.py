"""Pages of shared measurement, and its part of the API."""

from typing import Any

from django.urls import path

from chapters.ready import ready
from measurement import (
    api,
    claim_api,
    claim_views,
    compare_views,
    target_views,
    upload_views,
    views,
)

app_name = "measurement"
UPLOAD = "<slug:chapter>/data/<uuid:pk>/"


def _answer(view: type[api.PublicView]) -> Any:
    """An API view whose answers are kept ready, for the parameters that it reads."""
    return ready(view.as_view(), query=view.parameters)


urlpatterns = [
    path("api/v1/chapters/", _answer(api.Chapters), name="api-chapters"),
    path("api/v1/places/", _answer(api.Places), name="api-places"),
    path("api/v1/indicators/", _answer(api.Indicators), name="api-indicators"),
    path("api/v1/indicators/<slug:code>/", _answer(api.IndicatorDetail), name="api-indicator"),
    path("api/v1/observations/", _answer(api.Observations), name="api-observations"),
    path("api/v1/series/<str:geoid>/<slug:code>/", _answer(api.Series), name="api-series"),
    path("api/v1/scores/<slug:chapter>/", _answer(api.Scores), name="api-scores"),
    path("api/v1/claims/<slug:code>/", _answer(claim_api.ClaimDetail), name="api-claim"),
    path("compare/", compare_views.compare, name="compare"),
    path("claims/<slug:code>/", claim_views.claim, name="claim"),
    path("<slug:chapter>/claims/", claim_views.claims, name="claims"),
    path("<slug:chapter>/claims/make/", claim_views.claim_make, name="claim-make"),
    path("<slug:chapter>/targets/", target_views.targets, name="targets"),
    path(
        "<slug:chapter>/targets/<int:pk>/withdraw/",
        target_views.withdraw,
        name="target-withdraw",
    ),
    path("indicators/", views.indicators, name="indicators"),
    path("<slug:chapter>/data/", upload_views.uploads, name="uploads"),
    path("<slug:chapter>/data/new/", upload_views.upload_new, name="upload-new"),
    path(UPLOAD, upload_views.upload, name="upload"),
    path(f"{UPLOAD}problems/", upload_views.upload_problems, name="upload-problems"),
    path(f"{UPLOAD}columns/", upload_views.upload_columns, name="upload-columns"),
    path(f"{UPLOAD}<slug:step>/", upload_views.upload_decide, name="upload-decide"),
    path("<slug:chapter>/dashboard/", views.dashboard, name="dashboard"),
    path("<slug:chapter>/dashboard/file/", views.city_file, name="city-file"),
    path("<slug:chapter>/dashboard/<slug:code>/", views.indicator, name="indicator"),
]
