from django.db import migrations

from chapters.walls import RaiseWalls

# What the public has read is not taken back; nobody changes what a second person approved.
RULES = """
CREATE TRIGGER keep_books BEFORE UPDATE OR DELETE ON members_openentry
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_books BEFORE UPDATE OR DELETE ON members_openline
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_all_books BEFORE TRUNCATE ON members_openentry
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_all_books BEFORE TRUNCATE ON members_openline
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_books();
CREATE FUNCTION members_keep_expense() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.chapter_id, NEW.title, NEW.amount_cents, NEW.currency, NEW.account_id,
        NEW.fund_id, NEW.spent_on, NEW.requested_by_id)
       IS DISTINCT FROM
       (OLD.id, OLD.chapter_id, OLD.title, OLD.amount_cents, OLD.currency, OLD.account_id,
        OLD.fund_id, OLD.spent_on, OLD.requested_by_id)
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
CREATE TRIGGER keep_expense BEFORE UPDATE ON members_expense
    FOR EACH ROW EXECUTE FUNCTION members_keep_expense();
CREATE TRIGGER keep_books BEFORE DELETE ON members_expense
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
"""
UNDO = """
DROP TRIGGER keep_books ON members_openentry;
DROP TRIGGER keep_books ON members_openline;
DROP TRIGGER keep_all_books ON members_openentry;
DROP TRIGGER keep_all_books ON members_openline;
DROP TRIGGER keep_expense ON members_expense;
DROP TRIGGER keep_books ON members_expense;
DROP FUNCTION members_keep_expense();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0015_open_books")]

    operations = [
        RaiseWalls("OpenEntry", public="number > 0"),
        # Whatever is in an open entry is open.
        RaiseWalls("OpenLine", public="true"),
        RaiseWalls("Expense"),
        migrations.RunSQL(RULES, UNDO),
    ]
