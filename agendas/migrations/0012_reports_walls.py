from django.db import migrations

from chapters.walls import RaiseWalls

# For every role: what was published stays as it was read; it can only be withdrawn, with a reason.
FREEZE = """
CREATE FUNCTION agendas_keep_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status IN ('published', 'withdrawn') THEN
            RAISE EXCEPTION 'A published report is never deleted.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.inputs_sha256 <> '' AND
       (NEW.inputs, NEW.inputs_sha256) IS DISTINCT FROM (OLD.inputs, OLD.inputs_sha256) THEN
        RAISE EXCEPTION 'The figures of a report are frozen when it is built.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status IN ('published', 'withdrawn') AND
       (to_jsonb(NEW) - '{status,withdrawn_reason,asked_by_id}'::text[]) IS DISTINCT FROM
       (to_jsonb(OLD) - '{status,withdrawn_reason,asked_by_id}'::text[]) THEN
        RAISE EXCEPTION 'A published report never changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.status = 'withdrawn' OR (OLD.status = 'published' AND NEW.status = 'draft') THEN
        RAISE EXCEPTION 'A published report never changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_report BEFORE UPDATE OR DELETE ON agendas_report
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_report();

CREATE FUNCTION agendas_keep_report_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    part jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    state text;
    -- An account that is merged into another brings its acts along.
    people text[] := '{by_id,changed_by_id,closed_by_id,added_by_id}';
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - people) = (to_jsonb(OLD) - people) THEN
        RETURN NEW;
    END IF;
    IF part ? 'need_id' THEN
        SELECT r.status INTO state FROM agendas_need n
            JOIN agendas_report r ON r.id = n.report_id WHERE n.id = (part->>'need_id')::bigint;
    ELSE
        SELECT status INTO state FROM agendas_report WHERE id = (part->>'report_id')::bigint;
    END IF;
    IF state IN ('published', 'withdrawn') THEN
        RAISE EXCEPTION 'A published report never changes.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;
"""
PARTS = ("reportsection", "needranking", "need", "needscore")
TRIGGERS = "".join(
    f"CREATE TRIGGER keep_report_part BEFORE INSERT OR UPDATE OR DELETE ON agendas_{part} "
    "FOR EACH ROW EXECUTE FUNCTION agendas_keep_report_part();\n"
    for part in PARTS
)
THAW = "".join(f"DROP TRIGGER keep_report_part ON agendas_{part};\n" for part in PARTS) + """
DROP FUNCTION agendas_keep_report_part();
DROP TRIGGER keep_report ON agendas_report;
DROP FUNCTION agendas_keep_report();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agendas", "0011_reports"),
        ("chapters", "0009_personal"),
        ("members", "0023_forget_names"),
        ("measurement", "0007_keys_and_packages"),
    ]

    operations = [
        RaiseWalls("Report", public="status = 'published'"),
        RaiseWalls("ReportSection"),
        RaiseWalls("NeedRanking"),
        RaiseWalls("Need"),
        RaiseWalls("NeedScore"),
        RaiseWalls("SpendingLink"),
        migrations.RunSQL(FREEZE + TRIGGERS, THAW),
    ]
