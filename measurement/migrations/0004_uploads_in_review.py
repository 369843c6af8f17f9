import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from chapters.scope import BACKBONE_ROLE

STATES = [
    ("checking", "Being checked"), ("columns", "Waits to be told what its columns are"),
    ("refused", "Has errors"), ("ready", "Checked, waits to be loaded"),
    ("loaded", "Loaded, waits for review"), ("returned", "Sent back"),
    ("published", "Published"), ("withdrawn", "Withdrawn"),
]
# What is published stays: the backbone's role alone takes it back.
LOCK = f"""
    CREATE FUNCTION measurement_upload_locked() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state IN ('published', 'withdrawn') AND current_user <> '{BACKBONE_ROLE}' THEN
            RAISE insufficient_privilege USING MESSAGE = 'a published file stays as it is';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$;
    CREATE TRIGGER measurement_upload_locked BEFORE UPDATE OR DELETE ON measurement_upload
        FOR EACH ROW EXECUTE FUNCTION measurement_upload_locked();
    CREATE FUNCTION measurement_figures_locked() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_user <> '{BACKBONE_ROLE}' AND EXISTS (
            SELECT FROM old_rows WHERE visibility = 'P' AND batch_id IS NOT NULL) THEN
            RAISE insufficient_privilege USING MESSAGE = 'published figures are not deleted';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER measurement_figures_locked AFTER DELETE ON measurement_observation
        REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION measurement_figures_locked();
    CREATE FUNCTION measurement_figures_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_user <> '{BACKBONE_ROLE}' AND
            (SELECT count(*) FROM new_rows WHERE visibility = 'P' AND batch_id IS NOT NULL)
            < (SELECT count(*) FROM old_rows WHERE visibility = 'P' AND batch_id IS NOT NULL)
        THEN
            RAISE insufficient_privilege USING MESSAGE = 'published figures are not taken back';
        END IF;
        RETURN NULL;
    END $$;
    CREATE TRIGGER measurement_figures_stay AFTER UPDATE ON measurement_observation
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION measurement_figures_stay()
"""
UNLOCK = """
    DROP TRIGGER measurement_figures_stay ON measurement_observation;
    DROP TRIGGER measurement_figures_locked ON measurement_observation;
    DROP TRIGGER measurement_upload_locked ON measurement_upload;
    DROP FUNCTION measurement_figures_stay(), measurement_figures_locked(),
        measurement_upload_locked()
"""

# Who may read a figure may read where it comes from.
OPEN_SOURCES = """
    DROP POLICY public ON measurement_source;
    CREATE POLICY public ON measurement_source FOR SELECT USING (chapter_id IS NULL OR is_public)
"""
CLOSE_SOURCES = """
    DROP POLICY public ON measurement_source;
    CREATE POLICY public ON measurement_source FOR SELECT USING (chapter_id IS NULL)
"""


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("measurement", "0003_keys_of_figures"),
    ]

    operations = [
        migrations.AddField("upload", "about", models.JSONField(blank=True, default=dict)),
        migrations.AddField("upload", "header", models.JSONField(blank=True, default=list)),
        migrations.AddField("upload", "first", models.JSONField(blank=True, default=list)),
        migrations.AddField(
            "upload", "work", models.UUIDField(blank=True, editable=False, null=True)
        ),
        migrations.AddField(
            "upload", "withdrawn_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField("upload", "withdrawal_reason", models.TextField(blank=True)),
        migrations.AddField(
            "upload",
            "withdrawn_by",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="+", to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            "upload",
            "state",
            models.CharField(choices=STATES, default="checking", max_length=9),
        ),
        migrations.AddConstraint(
            "upload",
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(chapter__isnull=True)
                | (Q(reviewed_by__isnull=False) & ~Q(reviewed_by=F("by"))),
                name="measurement_upload_reviewed_by_another",
            ),
        ),
        migrations.AddField(
            "source",
            "is_public",
            models.BooleanField(
                default=False, help_text="A chapter’s own release, of which figures are published"
            ),
        ),
        migrations.RunSQL(LOCK, UNLOCK),
        migrations.RunSQL(OPEN_SOURCES, CLOSE_SOURCES),
    ]
