from django.db import migrations

# Summaries counted cities, states and the nation together; now they count cities. Nobody publishes
# meanwhile, or their summaries would be written beside these.
LOCK = "LOCK TABLE measurement_rollup IN SHARE ROW EXCLUSIVE MODE; SET LOCAL work_mem = '96MB'"
FORGET = "DELETE FROM measurement_rollup"
COUNT_OF = """
INSERT INTO measurement_rollup (indicator_id, group_id, period_id, places, mean, minimum, maximum,
    quartile_1, median, quartile_3)
SELECT indicator_id, group_id, period_id, places, mean, minimum, maximum, q[1], q[2], q[3]
FROM (SELECT o.indicator_id, o.group_id, o.period_id, count(*) AS places,
        avg(o.obs_value::float8) AS mean, min(o.obs_value::float8) AS minimum,
        max(o.obs_value::float8) AS maximum,
        percentile_cont(array[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY o.obs_value::float8) AS q
    FROM measurement_observation o
        JOIN chapters_place a ON a.id = o.place_id {which}
    WHERE o.is_current AND o.visibility = 'P' AND o.conf_status = 'F' AND o.obs_value IS NOT NULL
    GROUP BY 1, 2, 3) rolled
"""
CITIES = """AND a.level = 'city'
        JOIN (SELECT p.id FROM chapters_place p LEFT JOIN chapters_place up ON up.id = p.parent_id
            WHERE coalesce(up.level, '') <> 'city') outer_place ON outer_place.id = o.place_id"""
COUNT = COUNT_OF.format(which=CITIES)
COUNT_ALL = COUNT_OF.format(which="")


class Migration(migrations.Migration):
    dependencies = [("measurement", "0016_surveys_forget_names")]

    operations = [
        # Backwards the last of these comes first.
        migrations.RunSQL(LOCK, COUNT_ALL),
        migrations.RunSQL(FORGET, FORGET),
        migrations.RunSQL(COUNT, LOCK),
    ]
