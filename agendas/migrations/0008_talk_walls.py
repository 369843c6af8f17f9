from django.db import migrations

from chapters.walls import RaiseWalls

# What was proposed stays as it was written; only what became of it changes.
SAME_WORDS = """
CREATE FUNCTION agendas_keep_suggestion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.section_id, NEW.base_version, NEW.heading, NEW.body)
        IS DISTINCT FROM (OLD.section_id, OLD.base_version, OLD.heading, OLD.body)
    THEN
        RAISE EXCEPTION 'The words of a suggestion are never changed or deleted.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_suggestion BEFORE UPDATE OR DELETE ON agendas_suggestion
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_suggestion();
"""
CHANGEABLE = """
DROP TRIGGER keep_suggestion ON agendas_suggestion;
DROP FUNCTION agendas_keep_suggestion();
"""


class Migration(migrations.Migration):
    dependencies = [("agendas", "0007_talk")]

    operations = [
        *(RaiseWalls(name) for name in ("Comment", "Suggestion", "KeptDraft", "Presence")),
        migrations.RunSQL(SAME_WORDS, CHANGEABLE),
    ]
