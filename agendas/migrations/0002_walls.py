from django.db import migrations

from chapters.walls import RaiseWalls

# For every role, the owner and the backbone too: a text that was once written stays.
APPEND_ONLY = """
CREATE FUNCTION agendas_keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A revision of an agenda is never changed or deleted.'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_revision BEFORE UPDATE OR DELETE ON agendas_revision
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_revision();
"""
CHANGEABLE = """
DROP TRIGGER keep_revision ON agendas_revision;
DROP FUNCTION agendas_keep_revision();
"""


class Migration(migrations.Migration):
    dependencies = [("agendas", "0001_initial"), ("chapters", "0003_walls")]

    operations = [
        RaiseWalls("Agenda", public="status = 'published'"),
        RaiseWalls(
            "Section",
            public="agenda_id IN (SELECT id FROM agendas_agenda WHERE status = 'published')",
        ),
        RaiseWalls("Revision"),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
