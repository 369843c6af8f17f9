from django.db import migrations

from chapters.walls import RaiseWalls

# For every role, the owner and the backbone too: what was reported stays. Only a name that is
# forgotten becomes unreadable in it.
APPEND_ONLY = """
CREATE FUNCTION agendas_keep_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(NEW) - 'body' IS DISTINCT FROM to_jsonb(OLD) - 'body'
        OR NOT members_only_forgets(OLD.body, NEW.body)
    THEN RAISE EXCEPTION 'A report of a project is never changed or deleted.'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_update BEFORE UPDATE OR DELETE ON agendas_update
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_update();
"""
CHANGEABLE = """
DROP TRIGGER keep_update ON agendas_update;
DROP FUNCTION agendas_keep_update();
"""
OF_PUBLISHED = "project_id IN (SELECT id FROM agendas_project WHERE is_published)"


class Migration(migrations.Migration):
    dependencies = [
        ("agendas", "0005_activities_and_ideas"),
        ("members", "0023_forget_names"),
    ]

    operations = [
        RaiseWalls("Activity", public="state = 'published'"),
        RaiseWalls("Gap"),
        RaiseWalls("StrategyNeed"),
        RaiseWalls("Project", public="is_published"),
        RaiseWalls("Commitment", public=OF_PUBLISHED),
        RaiseWalls("Update"),
        RaiseWalls("ProjectIndicator", public=OF_PUBLISHED),
        RaiseWalls("Tag"),
        RaiseWalls("Idea", own="author_id"),
        RaiseWalls("IdeaStep"),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
