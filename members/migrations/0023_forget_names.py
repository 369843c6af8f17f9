from django.db import migrations

# What the books say of money stays as it is for ever; a name in their words may become unreadable.
# So a text may change to itself with somebody's name or address replaced, and in no other way.
ONLY_FORGETS = r"""
CREATE FUNCTION members_only_forgets(was text, becomes text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    parts text[] := regexp_split_to_array(
        becomes, 'Former member|former-[0-9]+@erased\.invalid');
BEGIN
    RETURN was = becomes OR (cardinality(parts) > 1 AND was LIKE
        array_to_string(array(
            SELECT regexp_replace(part, '([\\%_])', '\\\1', 'g')
            FROM unnest(parts) WITH ORDINALITY AS one (part, place) ORDER BY place), '_%'));
END
$$;
"""
ENTRIES = """
CREATE FUNCTION members_keep_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'memo' IS DISTINCT FROM to_jsonb(OLD) - 'memo'
        OR NOT members_only_forgets(OLD.memo, NEW.memo)
    THEN RAISE EXCEPTION 'The books are never changed: a reversal corrects what is wrong.'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;
DROP TRIGGER keep_books ON members_entry;
DROP TRIGGER keep_books ON members_openentry;
CREATE TRIGGER keep_books BEFORE DELETE ON members_entry
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_books BEFORE DELETE ON members_openentry
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_entry BEFORE UPDATE ON members_entry
    FOR EACH ROW EXECUTE FUNCTION members_keep_entry();
CREATE TRIGGER keep_entry BEFORE UPDATE ON members_openentry
    FOR EACH ROW EXECUTE FUNCTION members_keep_entry();
"""
EXPENSES = """
CREATE OR REPLACE FUNCTION members_keep_expense() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.chapter_id, NEW.amount_cents, NEW.currency, NEW.account_id,
        NEW.fund_id, NEW.spent_on, NEW.requested_by_id)
       IS DISTINCT FROM
       (OLD.id, OLD.chapter_id, OLD.amount_cents, OLD.currency, OLD.account_id,
        OLD.fund_id, OLD.spent_on, OLD.requested_by_id)
       OR NOT members_only_forgets(OLD.title, NEW.title)
    THEN RAISE integrity_constraint_violation USING MESSAGE =
        'What an expense asks for is never changed.';
    END IF;
    IF OLD.decided_by_id IS NOT NULL AND NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id
    THEN RAISE integrity_constraint_violation USING MESSAGE =
        'Who decided about an expense is never changed.';
    END IF;
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('requested', 'approved'), ('requested', 'rejected'), ('approved', 'paid'))
    THEN RAISE integrity_constraint_violation USING
        MESSAGE = format('An expense does not go from %s to %s.', OLD.state, NEW.state);
    END IF;
    RETURN NEW;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0022_organization_reminders")]

    operations = [migrations.RunSQL(ONLY_FORGETS + ENTRIES + EXPENSES, migrations.RunSQL.noop)]
