"""Pages of shared measurement, and its part of the API."""

from typing import Any

from django.urls import path

from chapters.ready import ready
from measurement import (
    api,
    claim_views,
    compare_views,
    duty_views,
    index_views,
    key_views,
    library_views,
    open_data_views,
    survey_answer_views,
    survey_views,
    target_views,
    upload_views,
    views,
)
from measurement.api import sending

app_name = "measurement"
OWN = "<slug:chapter>/indicators/<int:pk>/"
UPLOAD = "<slug:chapter>/data/<uuid:pk>/"
SURVEYS = "<slug:chapter>/surveys/"
SURVEY = f"{SURVEYS}<int:pk>/"
QUESTION = f"{SURVEY}questions/<int:question>/"


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
    path("api/v1/surveys/", _answer(api.Surveys), name="api-surveys"),
    path("api/v1/surveys/<slug:number>/", _answer(api.SurveyDetail), name="api-survey"),
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
    path("compare/chart.json", compare_views.compare_chart, name="compare-chart"),
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
    path("indices/<slug:code>/chart.json", index_views.index_chart, name="index-chart"),
    path("indices/<slug:code>/parts.json", index_views.index_parts, name="index-parts"),
    path("indices/<slug:code>/editions/<int:pk>/", index_views.edition, name="edition"),
    path("<slug:chapter>/indices/", index_views.chapter_indices, name="chapter-indices"),
    path("<slug:chapter>/indices/<slug:code>/", index_views.edition_new, name="edition-new"),
    path("<slug:chapter>/indicators/", library_views.own_indicators, name="own-indicators"),
    path(
        "<slug:chapter>/indicators/new/",
        library_views.own_indicator_new,
        name="own-indicator-new",
    ),
    path(OWN, library_views.own_indicator, name="own-indicator"),
    path(f"{OWN}edit/", library_views.own_indicator_edit, name="own-indicator-edit"),
    path(f"{OWN}propose/", library_views.indicator_propose, name="indicator-propose"),
    path("indicators/", views.indicators, name="indicators"),
    path("<slug:chapter>/data/", upload_views.uploads, name="uploads"),
    path("<slug:chapter>/data/keys/", key_views.keys, name="keys"),
    path("<slug:chapter>/data/keys/make/", key_views.key_make, name="key-make"),
    path("<slug:chapter>/data/keys/<int:pk>/revoke/", key_views.key_revoke, name="key-revoke"),
    path("<slug:chapter>/data/new/", upload_views.upload_new, name="upload-new"),
    path("<slug:chapter>/data/calendar/", duty_views.calendar, name="calendar"),
    path("<slug:chapter>/data/calendar/fill/", duty_views.calendar_fill, name="calendar-fill"),
    path("<slug:chapter>/data/calendar/due.ics", duty_views.calendar_file, name="calendar-file"),
    path("<slug:chapter>/data/calendar/<int:pk>/", duty_views.duty, name="duty"),
    path("<slug:chapter>/data/archive/", open_data_views.archive_make, name="archive-make"),
    path(UPLOAD, upload_views.upload, name="upload"),
    path(f"{UPLOAD}problems/", upload_views.upload_problems, name="upload-problems"),
    path(f"{UPLOAD}columns/", upload_views.upload_columns, name="upload-columns"),
    path(f"{UPLOAD}<slug:step>/", upload_views.upload_decide, name="upload-decide"),
    path(SURVEYS, survey_answer_views.surveys, name="surveys"),
    path(f"{SURVEYS}new/", survey_views.survey_new, name="survey-new"),
    path(f"{SURVEYS}thanks/", survey_answer_views.survey_thanks, name="survey-thanks"),
    path(f"{SURVEYS}answer/<str:token>/", survey_answer_views.survey_answer, name="survey-answer"),
    path(SURVEY, survey_views.survey, name="survey"),
    path(f"{SURVEY}edit/", survey_views.survey_edit, name="survey-edit"),
    path(f"{SURVEY}preview/", survey_views.survey_preview, name="survey-preview"),
    path(f"{SURVEY}invite/", survey_views.survey_invite, name="survey-invite"),
    path(f"{SURVEY}results/", survey_views.survey_results_page, name="survey-results"),
    path(f"{SURVEY}published/", survey_answer_views.survey_published, name="survey-published"),
    path(f"{SURVEY}published/file.csv", survey_answer_views.survey_file, name="survey-file"),
    path(f"{SURVEY}ask/<slug:kind>/", survey_views.question_new, name="question-new"),
    path(QUESTION, survey_views.question_edit, name="question"),
    path(f"{QUESTION}figures/", survey_views.survey_figures, name="survey-figures"),
    path(f"{QUESTION}<slug:step>/", survey_views.question_step, name="question-step"),
    path(f"{SURVEY}<slug:step>/", survey_views.survey_step, name="survey-step"),
    path("<slug:chapter>/dashboard/", views.dashboard, name="dashboard"),
    path("<slug:chapter>/dashboard/file/", views.city_file, name="city-file"),
    path("<slug:chapter>/dashboard/copy.zip", open_data_views.dashboard_file, name="archive"),
    path("<slug:chapter>/dashboard/<slug:code>/", views.indicator, name="indicator"),
    path("<slug:chapter>/dashboard/<slug:code>/trend.json", views.trend_chart, name="trend-chart"),
    path(
        "<slug:chapter>/dashboard/<slug:code>/groups.json", views.groups_chart, name="groups-chart"
    ),
    path("<slug:chapter>/dashboard/<slug:code>/image.svg", views.image, name="image"),
    path("<slug:chapter>/dashboard/<slug:code>/embed/", views.embed, name="embed"),
]
