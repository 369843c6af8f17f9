"""Addresses of the common agenda."""

from typing import Any

from django.urls import path

from agendas import (
    activity_views,
    api,
    comment_views,
    draft_views,
    idea_views,
    project_views,
    report_api,
    report_views,
    suggestion_views,
    tree_views,
    views,
)
from agendas import decision_views as decisions
from agendas import report_text_views as texts
from chapters.ready import ready
from measurement.api import PublicView

app_name = "agendas"
AGENDA = "<slug:chapter>/agenda/"
SECTION = f"{AGENDA}sections/<int:pk>/"
STRATEGY = "<slug:chapter>/activities/strategies/<int:pk>/"
PROJECT = "<slug:chapter>/projects/<int:pk>/"
IDEA = "<slug:chapter>/ideas/<int:pk>/"
COMMENT = f"{AGENDA}comments/<int:pk>/"
SUGGESTION = f"{AGENDA}suggestions/<int:pk>/"
DECISION = "<slug:chapter>/decisions/<int:pk>/"
REPORT = "<slug:chapter>/reports/<int:pk>/"


def _answer(view: type[PublicView]) -> Any:
    """An API view whose answers are kept ready, for the parameters that it reads."""
    return ready(view.as_view(), query=view.names())


urlpatterns = [
    path("api/v1/agendas/", _answer(api.Agendas), name="api-agendas"),
    path("api/v1/agendas/<slug:chapter>/", _answer(api.AgendaDetail), name="api-agenda"),
    path("api/v1/decisions/", _answer(api.Decisions), name="api-decisions"),
    path("api/v1/decisions/<slug:pk>/", _answer(api.DecisionDetail), name="api-decision"),
    path("api/v1/activities/", _answer(api.Activities), name="api-activities"),
    path("api/v1/projects/", _answer(api.Projects), name="api-projects"),
    path(AGENDA, views.agenda, name="agenda"),
    # The tree
    path(f"{AGENDA}edit/", tree_views.agenda_edit, name="agenda-edit"),
    path(f"{AGENDA}start/", tree_views.agenda_start, name="agenda-start"),
    path(f"{AGENDA}publish/", tree_views.agenda_publish, name="agenda-publish"),
    path(f"{AGENDA}sections/add/", tree_views.section_add, name="section-add"),
    path(f"{SECTION}move/", tree_views.section_move, name="section-move"),
    path(f"{SECTION}withdraw/", tree_views.section_withdraw, name="section-withdraw"),
    path(f"{SECTION}return/", tree_views.section_return, name="section-return"),
    path(f"{SECTION}links/", tree_views.section_links, name="section-links"),
    path(f"{SECTION}links/<int:link>/remove/", tree_views.section_unlink, name="section-unlink"),
    # What is said about them
    path(f"{AGENDA}speak/", comment_views.agenda_speak, name="agenda-speak"),
    path(SECTION, comment_views.section, name="section"),
    path(f"{SECTION}comments/add/", comment_views.comment_add, name="comment-add"),
    path(f"{COMMENT}edit/", comment_views.comment_edit, name="comment-edit"),
    path(f"{COMMENT}remove/", comment_views.comment_remove, name="comment-remove"),
    path(f"{COMMENT}resolve/", comment_views.comment_resolve, name="comment-resolve"),
    path(f"{COMMENT}appeal/", comment_views.comment_appeal, name="comment-appeal"),
    path(f"{COMMENT}decide/", comment_views.comment_decide, name="comment-decide"),
    path(f"{SECTION}suggest/", suggestion_views.suggestion_new, name="suggestion-new"),
    path(SUGGESTION, suggestion_views.suggestion, name="suggestion"),
    path(f"{SUGGESTION}accept/", suggestion_views.suggestion_accept, name="suggestion-accept"),
    path(f"{SUGGESTION}decline/", suggestion_views.suggestion_decline, name="suggestion-decline"),
    path(
        f"{SUGGESTION}withdraw/", suggestion_views.suggestion_withdraw, name="suggestion-withdraw"
    ),
    # The texts
    path(f"{SECTION}draft/", draft_views.section_draft, name="section-draft"),
    path(f"{SECTION}discard/", draft_views.section_discard, name="section-discard"),
    path(f"{SECTION}presence/", draft_views.section_presence, name="section-presence"),
    path(f"{SECTION}edit/", views.section_edit, name="section-edit"),
    path(f"{SECTION}history/", views.section_history, name="section-history"),
    path(f"{SECTION}restore/<int:revision>/", views.revision_restore, name="revision-restore"),
    # Who does what
    path("<slug:chapter>/activities/", activity_views.board, name="activities"),
    path("<slug:chapter>/activities/evidence/", project_views.evidence_page, name="evidence"),
    path(STRATEGY, activity_views.strategy, name="strategy"),
    path(f"{STRATEGY}add/", activity_views.activity_new, name="activity-new"),
    path(f"{STRATEGY}need/", activity_views.need_new, name="strategy-need"),
    path(
        "<slug:chapter>/activities/<int:pk>/edit/",
        activity_views.activity_edit,
        name="activity-edit",
    ),
    path(
        "<slug:chapter>/activities/<int:pk>/end/", activity_views.activity_end, name="activity-end"
    ),
    # Projects
    path("<slug:chapter>/projects/", project_views.projects, name="projects"),
    path("<slug:chapter>/projects/new/", project_views.project_new, name="project-new"),
    path(PROJECT, project_views.project, name="project"),
    path(f"{PROJECT}edit/", project_views.project_edit, name="project-edit"),
    path(f"{PROJECT}commitments/new/", project_views.commitment_new, name="commitment-new"),
    path(f"{PROJECT}updates/new/", project_views.update_new, name="update-new"),
    path(f"{PROJECT}evidence/new/", project_views.tag_new, name="tag-new"),
    path(f"{PROJECT}evidence/<int:tag>/remove/", project_views.tag_remove, name="tag-remove"),
    path(f"{PROJECT}indicators/new/", project_views.link_new, name="link-new"),
    path(f"{PROJECT}indicators/<int:link>/remove/", project_views.link_remove, name="link-remove"),
    path(
        "<slug:chapter>/commitments/<int:pk>/edit/",
        project_views.commitment_edit,
        name="commitment-edit",
    ),
    path(
        "<slug:chapter>/commitments/<int:pk>/settle/",
        project_views.commitment_settle,
        name="commitment-settle",
    ),
    # Ideas
    path("<slug:chapter>/ideas/", idea_views.ideas, name="ideas"),
    path("<slug:chapter>/ideas/new/", idea_views.idea_new, name="idea-new"),
    path(IDEA, idea_views.idea, name="idea"),
    path(f"{IDEA}answer/", idea_views.idea_answer, name="idea-answer"),
    path(f"{IDEA}hide/", idea_views.idea_hide, name="idea-hide"),
    path(f"{IDEA}dispute/", idea_views.idea_dispute, name="idea-dispute"),
    path(f"{IDEA}judge/", idea_views.idea_judge, name="idea-judge"),
    # Decisions and adopted editions
    path("<slug:chapter>/decisions/", decisions.decisions, name="decisions"),
    path("<slug:chapter>/decisions/new/", decisions.decision_new, name="decision-new"),
    path(DECISION, decisions.decision, name="decision"),
    path(f"{DECISION}edit/", decisions.decision_edit, name="decision-edit"),
    path(f"{DECISION}evidence/", decisions.evidence_add, name="evidence-add"),
    path(
        f"{DECISION}evidence/<int:piece>/remove/",
        decisions.evidence_remove,
        name="evidence-remove",
    ),
    path(f"{DECISION}open/", decisions.decision_open, name="decision-open"),
    path(f"{DECISION}close/", decisions.decision_close, name="decision-close"),
    path(f"{DECISION}withdraw/", decisions.decision_withdraw, name="decision-withdraw"),
    path(f"{DECISION}roll/", decisions.decision_roll, name="decision-roll"),
    path(f"{DECISION}vote/", decisions.decision_vote, name="decision-vote"),
    path(f"{DECISION}delegate/", decisions.decision_delegate, name="decision-delegate"),
    path(f"{DECISION}delegate/end/", decisions.delegate_end, name="delegate-end"),
    path(f"{DECISION}briefing/", decisions.decision_briefing, name="decision-briefing"),
    path(f"{DECISION}present/", decisions.delegate_present, name="delegate-present"),
    path(
        f"{DECISION}objections/<int:objection>/answer/",
        decisions.objection_answer,
        name="objection-answer",
    ),
    path(
        f"{DECISION}objections/<int:objection>/keep/",
        decisions.objection_keep,
        name="objection-keep",
    ),
    path(f"{AGENDA}changes/", decisions.agenda_changes, name="agenda-changes"),
    path(f"{AGENDA}editions/<int:number>/", decisions.edition, name="edition"),
    # Reports
    path("api/v1/reports/", _answer(report_api.Reports), name="api-reports"),
    path("api/v1/reports/<slug:number>/", _answer(report_api.ReportDetail), name="api-report"),
    path("<slug:chapter>/reports/", report_views.reports, name="reports"),
    path(f"{DECISION}record/", report_views.decision_record, name="report-of-decision"),
    path("<slug:chapter>/reports/spending/", report_views.spending, name="spending"),
    path("<slug:chapter>/reports/new/", report_views.report_new, name="report-new"),
    path(REPORT, report_views.report, name="report"),
    path(f"{REPORT}report.pdf", report_views.report_pdf, name="report-pdf"),
    path(f"{REPORT}edit/", report_views.report_edit, name="report-edit"),
    path(f"{REPORT}sections/<slug:key>/", texts.report_section, name="report-section"),
    path(
        f"{REPORT}sections/<slug:key>/history/",
        texts.report_section_history,
        name="report-section-history",
    ),
    path(
        f"{REPORT}sections/<slug:key>/restore/<int:text>/",
        texts.report_section_restore,
        name="report-section-restore",
    ),
    path(f"{REPORT}needs/", report_views.report_needs, name="report-needs"),
    path(f"{REPORT}needs/add/", report_views.report_need_add, name="report-need-add"),
    path(f"{REPORT}needs/<slug:step>/", report_views.report_ranking, name="report-ranking"),
    path(f"{REPORT}do/<slug:step>/", report_views.report_step, name="report-step"),
]
