from django.db import migrations

# Read by `measurement.queries.reads`. Planning these statements costs more than running them; in a
# function they are planned once a connection, the server's own, so that it may be shared. They run
# with the caller's rights: the walls stand, and another role has its plan made anew.
#
# The very days; else whole years that begin and end in those years, such as budget years. No
# quarter passes for the year that it lies in, and no year for a quarter.
PERIOD = """
CREATE FUNCTION measurement_period_of(first date, last date)
RETURNS TABLE (id bigint, label varchar) LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    RETURN QUERY SELECT p.id, p.label FROM measurement_period p
    WHERE (p.start, p."end") = (first, last)
        OR first = date_trunc('year', first) AND last + 1 = date_trunc('year', last + 1)
        AND p.start BETWEEN first AND first + interval '1 year - 1 day'
        AND p."end" BETWEEN last + 1 - interval '1 year' AND last
        AND p.window_years > 0
        AND p."end" + 1 = p.start + make_interval(years => p.window_years)
    ORDER BY (p.start, p."end") = (first, last) DESC, p."end", p.start DESC
    LIMIT 1;
END
$$;
"""
SPREAD = """
    ',"places":', r.places, ',"mean":', r.mean, ',"minimum":', r.minimum,
    ',"quartile_1":', r.quartile_1, ',"median":', r.median, ',"quartile_3":', r.quartile_3,
    ',"maximum":', r.maximum, '}'
"""
TREND = f"""
CREATE FUNCTION measurement_trend(of_indicator varchar, of_group varchar)
RETURNS TABLE (version smallint, results text) LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    RETURN QUERY SELECT i.version, string_agg(concat('{{"period":', to_json(p.label),
            ',"period_start":"', p.start, '","period_end":"', p."end", '"', {SPREAD}),
            ',' ORDER BY p."end", p.window_years)
    FROM (SELECT n.id, n.version FROM measurement_indicator n
            WHERE n.chapter_id IS NULL AND n.code = of_indicator
            ORDER BY n.version DESC LIMIT 1) i
        JOIN measurement_rollup r ON r.indicator_id = i.id
        JOIN measurement_period p ON p.id = r.period_id
    WHERE r.group_id = (SELECT g.id FROM measurement_demographicgroup g WHERE g.key = of_group)
    GROUP BY i.version;
END
$$;
"""
OVERVIEW = f"""
CREATE FUNCTION measurement_overview_of(of_group varchar, first date, last date)
RETURNS TABLE (label varchar, results text) LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
    RETURN QUERY SELECT p.label, string_agg(concat('{{"indicator":', to_json(i.code),
            ',"version":', i.version, {SPREAD}), ',' ORDER BY i.position, i.code, i.version)
    FROM measurement_period_of(first, last) p
        JOIN measurement_rollup r ON r.period_id = p.id
        JOIN measurement_indicator i ON i.id = r.indicator_id
    WHERE i.chapter_id IS NULL
        AND r.group_id = (SELECT g.id FROM measurement_demographicgroup g WHERE g.key = of_group)
    GROUP BY p.label;
END
$$;
"""
DROP = """
DROP FUNCTION measurement_overview_of(varchar, date, date);
DROP FUNCTION measurement_trend(varchar, varchar);
DROP FUNCTION measurement_period_of(date, date);
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0020_ages_by_their_codes")]

    operations = [migrations.RunSQL(PERIOD + TREND + OVERVIEW, DROP)]
