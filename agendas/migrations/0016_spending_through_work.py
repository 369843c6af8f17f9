import django.db.models.deletion
from django.db import migrations, models

# As `RaiseWalls` does it for a new table: what is linked is of the same chapter.
SAME_CHAPTER = (
    "ALTER TABLE agendas_spendinglink ADD CONSTRAINT agendas_spendinglink_{0}_id_same_chapter"
    " FOREIGN KEY (chapter_id, {0}_id) REFERENCES agendas_{0} (chapter_id, id)"
    " DEFERRABLE INITIALLY DEFERRED"
)
NO_MORE = (
    "ALTER TABLE agendas_spendinglink DROP CONSTRAINT agendas_spendinglink_{0}_id_same_chapter"
)


def link_to(name: str) -> migrations.AddField:
    """A link that may be empty."""
    return migrations.AddField(
        model_name="spendinglink",
        name=name,
        field=models.ForeignKey(
            blank=True,
            null=True,
            on_delete=django.db.models.deletion.PROTECT,
            related_name="+",
            to=f"agendas.{name}",
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("agendas", "0015_public_editions")]

    operations = [
        link_to("project"),
        link_to("activity"),
        migrations.AddConstraint(
            model_name="spendinglink",
            constraint=models.CheckConstraint(
                condition=models.Q(project__isnull=True) | models.Q(activity__isnull=True),
                name="agendas_spent_through_one",
            ),
        ),
        *(
            migrations.RunSQL(SAME_CHAPTER.format(name), NO_MORE.format(name))
            for name in ("project", "activity")
        ),
    ]
