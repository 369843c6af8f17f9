"""People and money: users, organisations, memberships, dues, payments."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """People and money."""

    name = "members"
