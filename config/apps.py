"""The project as an app: its commands, its start-up checks, its admin site."""

from django.apps import AppConfig

from chapters.plain_words import speak_plainly

# This app is the first, and the admin's import makes forms already.
speak_plainly()

from django.contrib.admin.apps import AdminConfig  # noqa: E402


class ConfigConfig(AppConfig):
    """Holds `up`, `demo`, `apply_roles` and the checks that refuse an unsafe start."""

    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  (registers the system checks)


class BackboneAdminConfig(AdminConfig):
    """Django admin with our look, sign-in with a second factor, for backbone staff."""

    default_site = "config.backbone.BackboneSite"
