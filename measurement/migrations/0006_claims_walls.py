from django.db import migrations

from chapters.walls import RaiseWalls

# For every role, the owner and the backbone too.
FOR_EVER = """
CREATE FUNCTION measurement_keep_claims() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A claim is never changed: what was said was said.'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_claims BEFORE UPDATE OR DELETE ON measurement_claim
    FOR EACH ROW EXECUTE FUNCTION measurement_keep_claims();
CREATE TRIGGER keep_all_claims BEFORE TRUNCATE ON measurement_claim
    FOR EACH STATEMENT EXECUTE FUNCTION measurement_keep_claims();
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0005_claims_and_targets")]

    operations = [
        RaiseWalls("Claim", public="m > 0"),
        RaiseWalls("Target", public="due > 0"),
        migrations.RunSQL(FOR_EVER, "DROP FUNCTION measurement_keep_claims CASCADE"),
    ]
