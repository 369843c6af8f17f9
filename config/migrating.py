"""Migrations in a fifth of the time: after a change, only the changed model is made anew.

Django keeps a class for every model of every step. When one changes, it makes all those anew
that lead to it or are led to from it; here, where everything leads to a chapter and a person, that
is a third of all tables for each new index, and it was nearly all that an empty `migrate` cost.
PostgreSQL's statements need the changed model alone, so the others are left as they are where a
step adds something, and code that a migration runs (`RunPython`) gets all of them afresh.
`tests/config_/test_migrating.py` compares the two databases.
"""

from typing import Any

from django.db import models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState


class LeanState(ProjectState):
    """Models as of one step, of which only the one that a step adds to is made anew."""

    _is_adding = False

    def clone(self) -> "LeanState":
        """The same, to go on from."""
        return _lean(super().clone())

    def add_model(self, model_state: ModelState) -> None:
        """A new table: nothing leads to it yet."""
        self._alone(super().add_model, model_state)

    def add_field(self, *args: Any, **options: Any) -> None:
        """A new column of one table."""
        self._alone(super().add_field, *args, **options)

    def alter_model_options(self, *args: Any, **options: Any) -> None:
        """Words and order of one table."""
        self._alone(super().alter_model_options, *args, **options)

    def _append_option(self, *args: Any) -> None:
        self._alone(super()._append_option, *args)  # type: ignore[misc]

    def _remove_option(self, *args: Any) -> None:
        self._alone(super()._remove_option, *args)  # type: ignore[misc]

    def alter_field(
        self,
        app_label: str,
        model_name: str,
        name: str,
        field: models.Field,
        *args: Any,
        **options: Any,
    ) -> None:
        """A changed column; others may lead to a key or a unique one, and change with it."""
        old = self.models[app_label, model_name].fields[name]
        is_led_to = any(one.primary_key or one.unique or one.is_relation for one in (old, field))
        change = super().alter_field
        if is_led_to:
            change(app_label, model_name, name, field, *args, **options)
        else:
            self._alone(change, app_label, model_name, name, field, *args, **options)

    def _alone(self, change: Any, *args: Any, **options: Any) -> None:
        self._is_adding = True
        try:
            change(*args, **options)
        finally:
            self._is_adding = False

    def _find_reload_model(self, app_label: str, model_name: str, delay: bool = False) -> Any:
        if not self._is_adding:
            return super()._find_reload_model(app_label, model_name, delay)  # type: ignore[misc]
        # Whoever asks for them all, as RunPython does, has them made anew.
        self.is_delayed = True
        return {(app_label, model_name)}


class LeanExecutor(MigrationExecutor):
    """Django's, with states that change one model at a time on the way forward."""

    def _create_project_state(self, with_applied_migrations: bool = False) -> LeanState:
        return _lean(super()._create_project_state(with_applied_migrations))  # type: ignore[misc]


def _lean(state: ProjectState) -> LeanState:
    state.__class__ = LeanState
    assert isinstance(state, LeanState)
    return state
