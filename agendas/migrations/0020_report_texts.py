import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from chapters.walls import RaiseWalls

# Texts of before: the owner of the tables reads and writes them all for this moment.
COPY = """
ALTER TABLE agendas_reportsection NO FORCE ROW LEVEL SECURITY;
INSERT INTO agendas_reporttext
    (chapter_id, part_id, state, version, body, author_id, reason, made_at)
SELECT chapter_id, id, 'saved', version, body, changed_by_id, '', changed_at
FROM agendas_reportsection WHERE body <> '' AND changed_by_id IS NOT NULL;
ALTER TABLE agendas_reportsection FORCE ROW LEVEL SECURITY;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
SAY = """
CREATE OR REPLACE FUNCTION agendas_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{} is never changed or deleted.'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
"""
APPEND_ONLY = SAY.format("A text that was submitted") + """
CREATE TRIGGER keep_revision BEFORE UPDATE OR DELETE ON agendas_reporttext
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_revision();
"""
CHANGEABLE = "DROP TRIGGER keep_revision ON agendas_reporttext;" + SAY.format(
    "A revision of an agenda"
)


class Migration(migrations.Migration):
    dependencies = [
        ("agendas", "0019_names_in_the_admin"),
        ("chapters", "0009_personal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ReportText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("saved", "Saved"), ("set aside", "Set aside")],
                        default="saved",
                        max_length=9,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("body", models.TextField(blank=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "chapter",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chapters.chapter",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="texts",
                        to="agendas.reportsection",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-id"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        fields=("chapter", "id"), name="agendas_reporttext_in_chapter"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "saved")),
                        fields=("part", "version"),
                        name="agendas_one_report_text_a_version",
                    ),
                ],
            },
        ),
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        RaiseWalls("ReportText"),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
