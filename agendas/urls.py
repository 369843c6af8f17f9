"""Addresses of the common agenda."""

from django.urls import path

from agendas import views

app_name = "agendas"
SECTION = "<slug:chapter>/agenda/sections/<int:pk>/"
urlpatterns = [
    path("<slug:chapter>/agenda/", views.agenda, name="agenda"),
    path(f"{SECTION}edit/", views.section_edit, name="section-edit"),
    path(f"{SECTION}history/", views.section_history, name="section-history"),
    path(f"{SECTION}restore/<int:revision>/", views.revision_restore, name="revision-restore"),
]
