from django.db import migrations

# Every window was called by its years once, a quarter too: “2023”. Now each is called by its
# length, as new ones are (`measurement/windows.py`). Sealed claims, editions and reports keep the
# words that they were sealed with.
RENAME = """
UPDATE measurement_period p SET window_years = named.years, label = named.label
FROM (SELECT id, extract(year FROM lasts)::int AS years, CASE
        WHEN extract(day FROM start) <> 1 OR extract(day FROM after) <> 1 THEN
            to_char(start, 'FMMM/FMDD/YY') || '–' || to_char("end", 'FMMM/FMDD/YY')
        WHEN months = 1 THEN to_char(start, 'Mon YYYY')
        WHEN months = 3 AND extract(month FROM start)::int % 3 = 1 THEN
            to_char(start, 'YYYY "Q"Q')
        WHEN extract(month FROM start) <> 1 OR extract(month FROM "end") <> 12 THEN
            to_char(start, 'Mon YYYY') || '–' || to_char("end", 'Mon YYYY')
        WHEN months = 12 THEN to_char(start, 'YYYY')
        ELSE to_char(start, 'YYYY') || '–' || to_char("end", 'YYYY') END AS label
    FROM (SELECT id, start, "end", "end" + 1 AS after, age("end" + 1, start) AS lasts,
            (extract(year FROM "end") - extract(year FROM start)) * 12
            + extract(month FROM "end") - extract(month FROM start) + 1 AS months
        FROM measurement_period) windows) named
WHERE named.id = p.id AND (p.window_years, p.label) <> (named.years, named.label)
"""
# As it was: by the years that a window touches, and called by them.
BY_YEARS = """
UPDATE measurement_period SET
    window_years = extract(year FROM "end") - extract(year FROM start) + 1,
    label = concat_ws('–', to_char(start, 'YYYY'),
        CASE WHEN extract(year FROM start) <> extract(year FROM "end")
            THEN to_char("end", 'YYYY') END)
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0018_names_in_the_admin")]

    operations = [migrations.RunSQL(RENAME, BY_YEARS)]
