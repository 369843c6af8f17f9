from django.db import migrations

# Options of age were once read as numbers: 25_34 as 2534. Each gets the code meant for it, and
# the groups keyed by the number follow, unless the right one is there. A group that was named by
# its code gets the words of the option.
RESTORE = """
UPDATE measurement_categoryoption o SET code = ages.code
FROM measurement_category c, (VALUES ('25_34'), ('35_44'), ('45_54'), ('55_64')) ages (code)
WHERE c.id = o.category_id AND c.code = 'age' AND o.code = replace(ages.code, '_', '')
    AND NOT EXISTS (SELECT FROM measurement_categoryoption n
        WHERE n.category_id = o.category_id AND n.code = ages.code);
UPDATE measurement_demographicgroup g SET key = 'age=' || ages.code
FROM (VALUES ('25_34'), ('35_44'), ('45_54'), ('55_64')) ages (code)
WHERE g.key = 'age=' || replace(ages.code, '_', '')
    AND NOT EXISTS (SELECT FROM measurement_demographicgroup n WHERE n.key = 'age=' || ages.code);
UPDATE measurement_demographicgroup g SET name = replace(ages.code, '_', ' to ')
FROM (VALUES ('25_34'), ('35_44'), ('45_54'), ('55_64')) ages (code)
WHERE g.key = 'age=' || ages.code AND g.name = replace(ages.code, '_', ' ')
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0019_periods_by_their_length")]

    operations = [migrations.RunSQL(RESTORE, migrations.RunSQL.noop)]
