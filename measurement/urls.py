"""Pages of shared measurement, and its part of the API."""

from typing import Any

from django.urls import path

from chapters.ready import ready
from measurement import (
    api,
    claim_views,
    compare_views,
    index_views,
    key_views,
    open_data_views,
    target_views,
    upload_views,
    views,
)
from measurement.api import sending

app_name = "measurement"
UPLOAD = "<slug:chapter>/data/<uuid:pk>/"


def _answer(view: type[api.PublicView]) -> Any:
    """An API view whose answers are kept ready, for the parameters that it reads."""
    return ready(view.as_view(), query=view.names())


urlpatterns = [
    path("api/v1/chapters/", _answer(api.Chapters), name="api-chapters"),
    path("api/v1/areas/", _answer(api.Areas), name="api-areas"),
    path("api/v1/areas/<slug:geoid>/", _answer(api.Area), name="api-area"),
    path("api/v1/groups/", _answer(api.Groups), name="api-groups"),
    path("api/v1/periods/", _answer(api.Periods), name="api-periods"),
    path("api/v1/sources/", _answer(api.Sources), name="api-sources"),
    path("api/v1/indicators/", _answer(api.Indicators), name="api-indicators"),
    path("api/v1/indicators/<slug:code>/", _answer(api.IndicatorDetail), name="api-indicator"),
    path("api/v1/observations/", _answer(api.Observations), name="api-observations"),
    path("api/v1/series/<slug:geoid>/<slug:code>/", _answer(api.Series), name="api-series"),
    path("api/v1/profiles/<slug:geoid>/", _answer(api.Profile), name="api-profile"),
    path("api/v1/compare/", _answer(api.Compare), name="api-compare"),
    path("api/v1/trend/", _answer(api.Trend), name="api-trend"),
    path("api/v1/overview/", _answer(api.Overview), name="api-overview"),
    path("api/v1/scorecards/", _answer(api.Scorecards), name="api-scorecards"),
    path("api/v1/scores/<slug:chapter>/", _answer(api.Scores), name="api-scores"),
    path("api/v1/claims/", _answer(api.Claims), name="api-claims"),
    path("api/v1/claims/<slug:code>/", _answer(api.ClaimDetail), name="api-claim"),
    path("api/v1/indices/", _answer(api.Indices), name="api-indices"),
    path("api/v1/indices/<slug:code>/scores/", _answer(api.IndexScores), name="api-index-scores"),
    path("api/v1/uploads/<slug:chapter>/", sending.Uploads.as_view(), name="api-uploads"),
    path(
        "api/v1/uploads/<slug:chapter>/<uuid:pk>/",
        sending.UploadDetail.as_view(),
        name="api-upload",
    ),
    path("api/v1/packages/", _answer(api.Packages), name="api-packages"),
    path("data/", open_data_views.open_data, name="open-data"),
    path("data/newest/<str:name>", open_data_views.newest_file, name="newest-file"),
    path("data/<slug:digest>/<str:name>", open_data_views.package_file, name="package-file"),
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
    path("indices/", index_views.indices, name="indices"),
    path("indices/<slug:code>/", index_views.index, name="index"),
    path("indicators/", views.indicators, name="indicators"),
    path("<slug:chapter>/data/", upload_views.uploads, name="uploads"),
    path("<slug:chapter>/data/keys/", key_views.keys, name="keys"),
    path("<slug:chapter>/data/keys/make/", key_views.key_make, name="key-make"),
    path("<slug:chapter>/data/keys/<int:pk>/revoke/", key_views.key_revoke, name="key-revoke"),
    path("<slug:chapter>/data/new/", upload_views.upload_new, name="upload-new"),
    path(UPLOAD, upload_views.upload, name="upload"),
    path(f"{UPLOAD}problems/", upload_views.upload_problems, name="upload-problems"),
    path(f"{UPLOAD}columns/", upload_views.upload_columns, name="upload-columns"),
    path(f"{UPLOAD}<slug:step>/", upload_views.upload_decide, name="upload-decide"),
    path("<slug:chapter>/dashboard/", views.dashboard, name="dashboard"),
    path("<slug:chapter>/dashboard/file/", views.city_file, name="city-file"),
    path("<slug:chapter>/dashboard/<slug:code>/", views.indicator, name="indicator"),
    path("<slug:chapter>/dashboard/<slug:code>/image.svg", views.image, name="image"),
    path("<slug:chapter>/dashboard/<slug:code>/embed/", views.embed, name="embed"),
]
