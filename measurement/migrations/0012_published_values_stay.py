from django.db import migrations

from chapters.scope import BACKBONE_ROLE

HEAD = f"""
    CREATE OR REPLACE FUNCTION measurement_figures_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF current_user <> '{BACKBONE_ROLE}' AND
            (SELECT count(*) FROM new_rows WHERE visibility = 'P' AND batch_id IS NOT NULL)
            < (SELECT count(*) FROM old_rows WHERE visibility = 'P' AND batch_id IS NOT NULL)
        THEN
            RAISE insufficient_privilege USING MESSAGE = 'published figures are not taken back';
        END IF;
"""
TAIL = """
        RETURN NULL;
    END $$;
"""
# A figure that was published keeps its value: a correction comes as another release.
KEEP = f"""
        IF current_user <> '{BACKBONE_ROLE}' AND EXISTS (
            SELECT FROM old_rows o JOIN new_rows n
                USING (place_id, group_id, indicator_id, period_id, source_id)
            WHERE o.visibility = 'P' AND o.batch_id IS NOT NULL
                AND (o.obs_value, o.numerator, o.denominator, o.sample_n, o.se, o.moe,
                    o.conf_level, o.ci_lower, o.ci_upper, o.obs_status)
                IS DISTINCT FROM (n.obs_value, n.numerator, n.denominator, n.sample_n, n.se, n.moe,
                    n.conf_level, n.ci_lower, n.ci_upper, n.obs_status))
        THEN
            RAISE insufficient_privilege USING MESSAGE = 'published figures keep their values';
        END IF;
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0011_library_walls")]

    operations = [migrations.RunSQL(HEAD + KEEP + TAIL, HEAD + TAIL)]
