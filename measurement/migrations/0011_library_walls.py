from django.db import migrations

from chapters.walls import RaiseWalls

# For every role, the owner and the backbone too.
FOR_EVER = """
CREATE FUNCTION measurement_keep_editions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'An edition of an index is never changed: make another one.'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_editions BEFORE UPDATE OR DELETE ON measurement_indexversion
    FOR EACH ROW EXECUTE FUNCTION measurement_keep_editions();
CREATE TRIGGER keep_all_editions BEFORE TRUNCATE ON measurement_indexversion
    FOR EACH STATEMENT EXECUTE FUNCTION measurement_keep_editions();
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0010_library_editions_duties")]

    operations = [
        RaiseWalls("Duty", public="every_months > 0"),
        RaiseWalls("Proposal"),
        RaiseWalls("IndexVersion", public="number > 0"),
        migrations.RunSQL(FOR_EVER, "DROP FUNCTION measurement_keep_editions CASCADE"),
    ]
