from django.db import migrations

# Words of an open survey stay, but for a name that is forgotten.
KEEP = """
CREATE OR REPLACE FUNCTION measurement_keep_survey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('draft', 'draft'), ('draft', 'open'), ('open', 'open'),
            ('open', 'closed'), ('closed', 'closed')) THEN
        RAISE EXCEPTION 'A survey goes from draft to open to closed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_survey_moves';
    END IF;
    IF OLD.state <> 'draft' AND (NEW.steward_k < OLD.steward_k OR NEW.public_k < OLD.public_k
            OR {keeps} )
        OR OLD.state = 'closed' AND (NEW.steward_k, NEW.public_k) <> (OLD.steward_k, OLD.public_k)
    THEN
        RAISE EXCEPTION 'A survey that is open keeps its words, and its thresholds only rise.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_survey_frozen';
    END IF;
    RETURN NEW;
END
$$;
"""
FORGETS = " OR ".join(
    f"NOT members_only_forgets(OLD.{name}, NEW.{name})" for name in ("title", "intro")
)
NEVER = "NEW.title <> OLD.title OR NEW.intro <> OLD.intro"


class Migration(migrations.Migration):
    dependencies = [("measurement", "0015_suppressed"), ("members", "0023_forget_names")]

    operations = [migrations.RunSQL(KEEP.format(keeps=FORGETS), KEEP.format(keeps=NEVER))]
