from django.db import migrations

from chapters.walls import RaiseWalls

PUBLISHED = "agenda_id IN (SELECT id FROM agendas_agenda WHERE status = 'published')"
# What was withdrawn is for the council alone.
STANDING = f"ALTER POLICY public ON agendas_section USING (status = 'stands' AND {PUBLISHED})"
EVERY = f"ALTER POLICY public ON agendas_section USING ({PUBLISHED})"


class Migration(migrations.Migration):
    dependencies = [("agendas", "0003_tree"), ("measurement", "0006_claims_walls")]

    operations = [
        migrations.RunSQL(STANDING, EVERY),
        RaiseWalls(
            "SectionIndicator",
            public="section_id IN (SELECT id FROM agendas_section WHERE status = 'stands'"
            f" AND {PUBLISHED})",
        ),
    ]
