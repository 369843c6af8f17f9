"""Small counts of a batch are hidden as it is published, and what would give them away with them.

What counts people is a number of people, a numerator, a denominator, a sample, and what follows
from two of them: 3% of 100 are 3 people, and 97 of 100 leave 3; a margin tells how many were
counted, too. A set is what parts one place's people by one category (or several at once);
everything new in it is hidden where a count is small, or where the parts that are told leave a
small number of the total. What the same chapter published before belongs to the sets, whatever
release brought it, and so does what it hid. Places within a place are its parts as well, and so
are the quarters of a year.
"""

from typing import Any
from uuid import UUID

from django.db import connection

from measurement.actions.solving import hide_given
from measurement.models.surveys import PUBLIC_FLOOR

# Programmes whose figures count people that somebody may know; surveys of the nation are public.
COUNTED = ["own_survey", "administrative", "vital"]
SMALL = PUBLIC_FLOOR

# How many a rate is of, as its own words say: per 1,000 women. The unit says it before all others;
# where no word does it is of one. A lone 0 is the next sentence's, and fewer than a hundred
# follow nothing but "per": every 10 years is no number of people. Percentage points stay per cent:
# a share is called so by mistake more often than a gap is counted.
_UNITS = r"""
    WITH units AS MATERIALIZED (
        SELECT id, value_type, CASE WHEN value_type <> 'rate' THEN 1 ELSE coalesce((
            SELECT said FROM unnest(ARRAY[unit_measure,
                concat_ws('; ', name, denominator_def, definition)])
                WITH ORDINALITY AS texts (body, at)
            CROSS JOIN LATERAL (SELECT regexp_replace(
                lower(body), '[\s\u00a0\u2009\u202f]+', ' ', 'g') AS words) plain
            CROSS JOIN LATERAL (SELECT coalesce(regexp_replace(coalesce(
                    substring(words FROM '\mper ?(10*(?:[ ,.]?00+)+|10+)(?![.,]?[0-9])'),
                    substring(words FROM
                        '(?:\m(?:every|each)|/) ?(10*(?:[ ,.]?00+)+)(?![.,]?[0-9])')),
                '[ ,.]', '', 'g')::numeric, CASE
                WHEN words ~ '(per|every) (a |one )?hundred thousand' THEN 100000
                WHEN words ~ '(per|every) ten thousand' THEN 10000
                WHEN words ~ '(per|every) (a |one )?thousand|per mille|‰' THEN 1000
                WHEN words ~ '(per|every) (a |one )?million' THEN 1000000
                WHEN words ~ '(per|every) (a |one )?hundred|per ?cent|%%' THEN 100 END) AS said
            ) read
            WHERE said IS NOT NULL ORDER BY at LIMIT 1), 1) END AS per
        FROM measurement_indicator)
"""
# What is left open where a rounded figure is multiplied by a number: known if less than one, and
# taken for known where it may be small, or those who did not may be few.
_KNOWN = "{0} * noise < 1 OR {0} * (1 - noise) < %(least)s"
_ALL_BUT_FEW = "each < 1 AND {0} < %(least)s"
# The error of a share p of n people is the root of p (1 - p) / n, that of a rate of n events the
# rate over the root of n: who knows the error knows n. Who knows a share of some people and how
# many they are knows who is in it, and who is not; and who knows both of its counts, the third. A
# share above 0 is one person's at least, and where nobody says of how many, of no more. Where a
# number of people and one of those asked are given, both are counts.
_ROW = f"""
    {_UNITS}
    SELECT o.place_id, p.parent_id, o.indicator_id, o.period_id, o.source_id, o.group_id, g.key,
        (SELECT coalesce(string_agg(split_part(part, '=', 1), ';'), '')
            FROM unnest(string_to_array(g.key, ';')) part) AS kind,
        events, base, CASE WHEN n.value_type = 'proportion' THEN share
            WHEN n.value_type IN ('count', 'rate') AND events <= base THEN events END AS share,
        CASE WHEN o.denominator IS NOT NULL THEN o.sample_n END AS asked,
        CASE WHEN n.value_type = 'proportion' AND o.obs_value BETWEEN 0 AND 1
            THEN least(greatest(round(o.obs_value * o.sample_n), (o.obs_value > 0)::int),
                o.sample_n - (o.obs_value < 1)::int) END AS picked,
        o.conf_status <> 'F' AS is_gone, o.is_current, scale(trim_scale(o.obs_value)) AS digits,
        CASE WHEN o.numerator IS NULL AND n.value_type IN ('proportion', 'rate', 'ratio')
                AND (n.value_type <> 'rate' OR o.se IS NULL)
            THEN coalesce(o.denominator, o.sample_n) / n.per END AS rough
    FROM measurement_observation o
    JOIN chapters_place p ON p.id = o.place_id
    JOIN measurement_demographicgroup g ON g.id = o.group_id
    JOIN units n ON n.id = o.indicator_id
    JOIN measurement_source s ON s.id = o.source_id AND s.programme = ANY(%(counted)s)
    CROSS JOIN LATERAL (SELECT CASE WHEN o.obs_value > 0
            AND n.value_type IN ('proportion', 'ratio', 'rate') THEN o.obs_value / n.per END
            AS each,
        0.5 * power(10::numeric, -scale(trim_scale(o.obs_value))) / nullif(o.obs_value, 0) AS noise
        ) given
    CROSS JOIN LATERAL (SELECT coalesce(o.denominator, o.sample_n,
        CASE WHEN o.numerator > 0 AND ({_KNOWN.format("o.numerator / each")}
                OR {_ALL_BUT_FEW.format("o.numerator / each * (1 - noise) - o.numerator")})
            THEN greatest(round(o.numerator / each), 1) END,
        CASE WHEN n.value_type = 'proportion' AND o.obs_value > 0 AND o.obs_value < 1
            AND o.se > 1e-9 THEN greatest(round(o.obs_value * (1 - o.obs_value) / o.se ^ 2), 1)
        END) AS base) counted
    CROSS JOIN LATERAL (SELECT CASE n.value_type WHEN 'proportion' THEN coalesce(o.numerator,
        least(greatest(round(o.obs_value * base), (o.obs_value > 0)::int),
            base - (o.obs_value < 1)::int)) END AS share) shared
    CROSS JOIN LATERAL (SELECT CASE n.value_type WHEN 'count' THEN o.obs_value
        WHEN 'proportion' THEN share
        ELSE coalesce(o.numerator,
            CASE WHEN n.value_type = 'rate' AND o.obs_value > 0 AND o.se > o.obs_value * 1e-6
                THEN greatest(round((o.obs_value / o.se) ^ 2), 1) END,
            CASE WHEN {_KNOWN.format("each * base")}
                OR {_ALL_BUT_FEW.format("base - each * base * (1 + noise)")}
                THEN greatest(round(each * base), 1) END)
        END AS events) happened
"""  # noqa: S608
# What a whole leaves of each count beside its parts, where that is small; {0} and {1} say whose a
# count is. Where the parts are everybody there is nobody else, whatever decimals have lost; {2}
# says so of those who did. Counts that are exact have lost none, and what is more than the decimals
# of whole and parts could lose is somebody.
_RESTS = """({0}events > {1}events AND {0}events - {1}events < %(least)s
                AND NOT coalesce({2}, false))
            OR ({0}base > {1}base AND {0}base - {1}base < %(least)s)
            OR ({0}asked > {1}asked AND {0}asked - {1}asked < %(least)s)
            OR ({0}base > {1}of_others AND {0}base - {0}share > {1}others
                AND {0}base - {0}share - {1}others < %(least)s)"""
_DECIMALS = "{0}base = s.of_events AND {0}events - s.events <= {0}blur + s.blur"
# Zero tells of nobody. An older figure counts where the batch does not say the same thing anew; it
# may be hidden: then nobody is told it, but what would tell it stays in. What was told once is out,
# whatever a later release hides of it, unless that one counted many more or fewer. A rounded count
# that could be no other whole number has lost nothing; trailing zeros are not stored, so the
# figures beside it say how many decimals it has.
_CELLS = f"""
    DROP TABLE IF EXISTS fresh, older, cells;
    CREATE TEMPORARY TABLE fresh ON COMMIT DROP AS {_ROW} WHERE o.batch_id = %(batch)s;
    ANALYZE fresh;
    CREATE TEMPORARY TABLE older ON COMMIT DROP AS {_ROW} WHERE o.chapter_id = %(chapter)s
        AND o.batch_id IS DISTINCT FROM %(batch)s AND o.visibility = 'P'
        AND o.indicator_id IN (SELECT indicator_id FROM fresh);
    ANALYZE older;
    CREATE TEMPORARY TABLE cells ON COMMIT DROP AS
    WITH known AS (
        SELECT DISTINCT ON (place_id, group_id, indicator_id, period_id) k.*
        FROM older k WHERE (is_current OR is_gone)
            AND NOT EXISTS (SELECT FROM fresh f WHERE (f.place_id, f.group_id, f.indicator_id,
                f.period_id) = (k.place_id, k.group_id, k.indicator_id, k.period_id))
        ORDER BY place_id, group_id, indicator_id, period_id, is_gone, source_id DESC),
    told AS (
        SELECT place_id, group_id, indicator_id, period_id,
            array_agg(events) AS events, array_agg(base) AS bases
        FROM older WHERE NOT is_gone GROUP BY 1, 2, 3, 4),
    every AS (
        SELECT c.*, CASE WHEN slack >= 0.5 THEN slack + 0.5 ELSE 0 END AS blur,
            EXISTS (SELECT FROM unnest(t.events, t.bases) AS one (events, base)
            WHERE abs(one.events - c.events) < %(least)s OR abs(one.base - c.base) < %(least)s
            ) AS is_out
        FROM (SELECT *, 0.5 * rough * power(10::numeric, -max(digits)
                FILTER (WHERE rough IS NOT NULL) OVER (PARTITION BY indicator_id, period_id))
                AS slack
            FROM (SELECT *, true AS is_new FROM fresh UNION ALL SELECT *, false FROM known) one
            ) c
        LEFT JOIN told t USING (place_id, group_id, indicator_id, period_id))
    SELECT *, is_gone AND NOT is_new AND NOT is_out AS was_hidden, is_new AND (
        coalesce(events > 0 AND events < %(least)s, false)
            OR coalesce(base > 0 AND base < %(least)s, false)
            OR coalesce(share > 0 AND share < %(least)s, false)
            OR coalesce(base > share AND base - share < %(least)s, false)
            OR coalesce(asked > 0 AND asked < %(least)s, false)
            OR coalesce(asked > 0 AND picked > 0 AND picked < %(least)s, false)
            OR coalesce(asked > picked AND asked - picked < %(least)s, false)) AS is_small
    FROM every;
    ANALYZE cells
"""  # noqa: S608
# Sets at one place of which something is small, or the rest of the total is. Crossed groups have
# margins that may bound a count narrowly, so they hide every part; where a part is out already,
# whatever could be set against it stays in. Finer groups add up to what is hidden.
_SETS = f"""
    DROP TABLE IF EXISTS small_sets;
    CREATE TEMPORARY TABLE small_sets ON COMMIT DROP AS
    WITH parts AS (
        SELECT c.*, array_to_string(array_remove(string_to_array(key, ';'), option), ';') AS whole,
            split_part(option, '=', 1) AS category
        FROM cells c, unnest(string_to_array(key, ';')) AS option WHERE NOT was_hidden),
    sums AS (
        SELECT place_id, indicator_id, period_id, kind, whole, category,
            sum(events) AS events, sum(base) AS base, sum(asked) AS asked,
            sum(base - share) AS others, sum(base) FILTER (WHERE share IS NOT NULL) AS of_others,
            sum(base) FILTER (WHERE events IS NOT NULL) AS of_events, sum(blur) AS blur
        FROM parts GROUP BY 1, 2, 3, 4, 5, 6),
    rests AS (
        SELECT DISTINCT s.place_id, s.indicator_id, s.period_id, s.kind
        FROM sums s JOIN cells c USING (place_id, indicator_id, period_id)
        WHERE c.key = s.whole AND NOT c.was_hidden AND (
            {_RESTS.format("c.", "s.", _DECIMALS.format("c."))})),
    kinds AS (
        SELECT place_id, indicator_id, period_id, kind, bool_or(is_small) AS has_small,
            bool_or(is_out) AS has_known, bool_or(is_new) AS has_new,
            bool_or(was_hidden) AS had_hidden
        FROM cells GROUP BY 1, 2, 3, 4),
    judged AS (
        SELECT k.*, has_known AND kind <> '' AS is_out, has_small
            OR (place_id, indicator_id, period_id, kind) IN (SELECT * FROM rests) AS is_unsafe
        FROM kinds k)
    SELECT DISTINCT k.place_id, k.indicator_id, k.period_id, k.kind
    FROM kinds k JOIN judged u USING (place_id, indicator_id, period_id)
    WHERE k.has_new AND (
        (u.is_unsafe AND (u.kind = k.kind OR u.is_out))
        OR ((u.is_unsafe OR u.had_hidden) AND u.kind <> k.kind
            AND ((u.kind LIKE '%%;%%' AND k.kind <> '')
                OR string_to_array(u.kind, ';') <@ string_to_array(k.kind, ';'))))
"""  # noqa: S608
# A window less its parts that are told is the part that is not: with a small rest, or with one part
# hidden, the parts go, or the window itself where some of them are out already. So they do where
# parts overlap and don't fill the window, or something is hidden: then no sum says what is left.
# Tables, since the planner knows nothing of the size of a query within a query.
_WINDOWS = f"""
    DROP TABLE IF EXISTS spans, nested;
    CREATE TEMPORARY TABLE spans ON COMMIT DROP AS
    SELECT c.*, p.start, p."end", NOT is_out AND (is_gone OR (is_new AND
        (c.place_id, c.indicator_id, c.period_id, c.kind) IN (SELECT * FROM small_sets)))
        AS is_hidden
    FROM cells c JOIN measurement_period p ON p.id = c.period_id;
    ANALYZE spans;
    CREATE TEMPORARY TABLE nested ON COMMIT DROP AS
    SELECT w.period_id AS whole, w.is_new AND NOT w.is_out AS whole_new, w.events AS all_events,
        w.base AS all_base, w.share AS all_share, w.asked AS all_asked,
        w."end" - w.start AS all_days, c.*
    FROM spans w JOIN spans c USING (place_id, indicator_id, group_id)
    WHERE c.start >= w.start AND c."end" <= w."end" AND c.period_id <> w.period_id
        AND NOT w.is_hidden;
    ANALYZE nested;
    WITH inner_gone AS (
        SELECT DISTINCT place_id, indicator_id, group_id, whole FROM nested WHERE is_hidden),
    sums AS (
        SELECT place_id, indicator_id, group_id, whole, kind, key, whole_new,
            all_events, all_base, all_share, all_asked, all_days,
            bool_or(is_out) AS has_known,
            sum(events) FILTER (WHERE NOT is_hidden) AS events,
            sum(base) FILTER (WHERE NOT is_hidden) AS base,
            sum(asked) FILTER (WHERE NOT is_hidden) AS asked,
            sum(base - share) FILTER (WHERE NOT is_hidden) AS others,
            sum(base) FILTER (WHERE NOT is_hidden AND share IS NOT NULL) AS of_others,
            sum("end" - start + 1) FILTER (WHERE NOT is_hidden) AS days,
            range_agg(daterange(start, "end", '[]')) FILTER (WHERE NOT is_hidden) AS told,
            count(*) FILTER (WHERE is_hidden) AS hidden
        FROM nested n WHERE NOT EXISTS (SELECT FROM nested b
            WHERE (b.place_id, b.indicator_id, b.whole, b.group_id)
                = (n.place_id, n.indicator_id, n.whole, n.group_id)
            AND (n.is_hidden OR NOT b.is_hidden) AND b.period_id <> n.period_id
            AND b.start <= n.start AND b."end" >= n."end")
        GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
    unsafe AS (
        SELECT place_id, indicator_id, whole, kind, whole_new AND has_known AS is_whole
        FROM sums CROSS JOIN LATERAL (
            SELECT sum(upper(run) - lower(run)) AS covered FROM unnest(told) run) t
        WHERE CASE WHEN days > covered THEN covered <= all_days
                OR (place_id, indicator_id, group_id, whole) IN (SELECT * FROM inner_gone)
            ELSE days <= all_days AND (hidden = 1
                OR {_RESTS.format("all_", "", "false")}) END),
    hit AS (
        SELECT place_id, indicator_id, whole AS period_id, kind FROM unsafe WHERE is_whole
        UNION SELECT n.place_id, n.indicator_id, n.period_id, u.kind
        FROM unsafe u JOIN nested n USING (place_id, indicator_id, whole) WHERE NOT u.is_whole)
    INSERT INTO small_sets
    SELECT DISTINCT c.place_id, c.indicator_id, c.period_id, c.kind
    FROM hit h JOIN cells c USING (place_id, indicator_id, period_id)
    WHERE c.is_new AND ((h.kind LIKE '%%;%%' AND c.kind <> '')
        OR string_to_array(h.kind, ';') <@ string_to_array(c.kind, ';'))
    EXCEPT SELECT * FROM small_sets
"""  # noqa: S608
# Families of places whose parts leave a few of the whole, or no more where a set is hidden.
_FAMILIES = f"""
    WITH gone AS (
        SELECT place_id, indicator_id, period_id FROM small_sets
        UNION SELECT place_id, indicator_id, period_id FROM cells WHERE was_hidden),
    hit AS (
        SELECT f.parent_id, indicator_id, period_id
        FROM cells f JOIN gone USING (place_id, indicator_id, period_id)
        UNION SELECT f.parent_id, f.indicator_id, f.period_id
        FROM cells f JOIN gone g ON (g.place_id, g.indicator_id, g.period_id)
            = (f.parent_id, f.indicator_id, f.period_id)),
    sums AS (
        SELECT parent_id, indicator_id, period_id, key, bool_or(is_out) AS has_known,
            sum(events) AS events, sum(base) AS base, sum(asked) AS asked,
            sum(base - share) AS others, sum(base) FILTER (WHERE share IS NOT NULL) AS of_others,
            sum(base) FILTER (WHERE events IS NOT NULL) AS of_events, sum(blur) AS blur,
            count(events) BETWEEN 1 AND count(*) - 1 AS has_gap
        FROM cells WHERE parent_id IS NOT NULL GROUP BY 1, 2, 3, 4),
    families AS (
        SELECT s.parent_id, s.indicator_id, s.period_id, bool_or(s.has_known) AS is_out
        FROM sums s JOIN cells w ON w.place_id = s.parent_id
            AND (w.indicator_id, w.period_id, w.key) = (s.indicator_id, s.period_id, s.key)
        WHERE {_RESTS.format("w.", "s.", _DECIMALS.format("w."))}
            OR ((s.parent_id, s.indicator_id, s.period_id) IN (SELECT * FROM hit)
                AND (s.has_gap OR w.events - s.events < %(least)s OR w.base - s.base < %(least)s))
        GROUP BY 1, 2, 3),
    small AS (
        SELECT c.place_id, c.indicator_id, c.period_id, c.kind
        FROM cells c JOIN families USING (parent_id, indicator_id, period_id) WHERE c.is_new
        UNION SELECT c.place_id, c.indicator_id, c.period_id, c.kind
        FROM cells c JOIN families f ON (f.parent_id, f.indicator_id, f.period_id)
            = (c.place_id, c.indicator_id, c.period_id) WHERE c.is_new AND f.is_out)
    INSERT INTO small_sets SELECT * FROM small EXCEPT SELECT * FROM small_sets
"""  # noqa: S608
_HIDE = """
    UPDATE measurement_observation o
    SET conf_status = CASE WHEN c.is_small THEN 'A' ELSE 'D' END, is_current = false
    FROM cells c
    WHERE c.is_new AND o.conf_status = 'F'
        AND (o.place_id, o.group_id, o.indicator_id, o.period_id, o.source_id)
        = (c.place_id, c.group_id, c.indicator_id, c.period_id, c.source_id)
        AND (c.place_id, c.indicator_id, c.period_id, c.kind) IN (SELECT * FROM small_sets)
"""
# What a survey hid came in empty, and says why.
_HIDDEN = """
    UPDATE measurement_observation o
    SET conf_status = right(annotation_raw, 1), is_current = false
    FROM measurement_source s
    WHERE o.batch_id = %(batch)s AND s.id = o.source_id AND s.programme = 'own_survey'
        AND o.obs_value IS NULL AND o.annotation_raw IN ('hidden A', 'hidden D')
"""


def hide_small(batch: UUID, chapter_id: int) -> int:
    """Hide what has to be in a chapter's batch that is being published; gives how many figures."""
    values = {"least": SMALL, "counted": COUNTED, "batch": batch, "chapter": chapter_id}
    _run(_HIDDEN, values)
    for statement in (_CELLS, _SETS):
        _run(statement, values)
    # What is hidden now may be what another window or place is less its parts.
    while _run(_WINDOWS, values) + _run(_FAMILIES, values) or hide_given(SMALL):
        pass
    return _run(_HIDE, values)


def _run(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
