from django.db import migrations

from chapters.walls import RaiseWalls

# For every role, the owner and the backbone too.
APPEND_ONLY = """
CREATE FUNCTION members_keep_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The books are never changed: a reversal corrects what is wrong.'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_books BEFORE UPDATE OR DELETE ON members_entry
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_books BEFORE UPDATE OR DELETE ON members_line
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_books BEFORE DELETE ON members_account
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_books BEFORE DELETE ON members_fund
    FOR EACH ROW EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_all_books BEFORE TRUNCATE ON members_entry
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_all_books BEFORE TRUNCATE ON members_line
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_all_books BEFORE TRUNCATE ON members_account
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_books();
CREATE TRIGGER keep_all_books BEFORE TRUNCATE ON members_fund
    FOR EACH STATEMENT EXECUTE FUNCTION members_keep_books();
"""

# A name may be put better; what older entries mean by it may not change.
FIXED = """
CREATE FUNCTION members_keep_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.chapter_id, NEW.code, NEW.kind) IS DISTINCT FROM
       (OLD.id, OLD.chapter_id, OLD.code, OLD.kind)
    THEN RAISE integrity_constraint_violation USING MESSAGE =
        'The code and the kind of an account are never changed.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_account BEFORE UPDATE ON members_account
    FOR EACH ROW EXECUTE FUNCTION members_keep_account();
CREATE FUNCTION members_keep_fund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.chapter_id, NEW.code, NEW.restricted) IS DISTINCT FROM
       (OLD.id, OLD.chapter_id, OLD.code, OLD.restricted)
    THEN RAISE integrity_constraint_violation USING MESSAGE =
        'The code of a fund and its restriction are never changed.';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_fund BEFORE UPDATE ON members_fund
    FOR EACH ROW EXECUTE FUNCTION members_keep_fund();
"""

# An entry takes lines only from the transaction that wrote it, so that nobody adds to an old one.
CLOSED = """
CREATE FUNCTION members_stamp_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.transaction_id := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END
$$;
CREATE TRIGGER stamp_entry BEFORE INSERT ON members_entry
    FOR EACH ROW EXECUTE FUNCTION members_stamp_entry();
CREATE FUNCTION members_close_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM members_entry WHERE id = NEW.entry_id
            AND transaction_id = pg_current_xact_id()::text::bigint)
    THEN RAISE integrity_constraint_violation USING MESSAGE =
        'A posted entry takes no more lines.';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER close_entry AFTER INSERT ON members_line
    FOR EACH ROW EXECUTE FUNCTION members_close_entry();
"""

# At the end of the transaction no scope may be open any more. The functions open the row's own
# chapter and give back what was before; where they refuse, the rollback does.
BALANCED = """
CREATE FUNCTION members_check_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := current_setting('app.chapter', true);
    checked bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
BEGIN
    PERFORM set_config('app.chapter', NEW.chapter_id::text, true);
    IF (SELECT count(*) FROM members_line WHERE entry_id = checked) < 2
    THEN RAISE check_violation USING MESSAGE = 'An entry has two lines or more.';
    END IF;
    IF EXISTS (SELECT FROM members_line WHERE entry_id = checked
        GROUP BY fund_id, currency HAVING sum(amount_cents) <> 0)
    THEN RAISE check_violation USING MESSAGE = 'An entry sums to zero in each fund and currency.';
    END IF;
    PERFORM set_config('app.chapter', coalesce(before, ''), true);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON members_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_check_entry('id');
CREATE CONSTRAINT TRIGGER balanced AFTER INSERT ON members_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_check_entry('entry_id');
"""

# What a restricted fund holds is counted while its row is held. A snapshot from before the wait
# for the row would miss what the other one spent, so only "read committed" may post.
COVERED = """
CREATE FUNCTION members_check_fund() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := current_setting('app.chapter', true);
BEGIN
    PERFORM set_config('app.chapter', NEW.chapter_id::text, true);
    PERFORM FROM members_fund WHERE id = NEW.fund_id AND restricted FOR NO KEY UPDATE;
    IF FOUND AND current_setting('transaction_isolation') <> 'read committed'
    THEN RAISE integrity_constraint_violation USING MESSAGE =
        'Restricted funds are posted to in read committed transactions only.';
    END IF;
    IF FOUND AND EXISTS (
        SELECT FROM members_line line JOIN members_account account ON account.id = line.account_id
        WHERE line.fund_id = NEW.fund_id AND account.kind IN ('asset', 'liability')
        GROUP BY line.currency HAVING sum(line.amount_cents) < 0)
    THEN RAISE check_violation USING MESSAGE = 'A restricted fund is never below zero.';
    END IF;
    PERFORM set_config('app.chapter', coalesce(before, ''), true);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER covered AFTER INSERT ON members_line
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION members_check_fund();
"""
TRIGGERS = {
    "members_entry": ["keep_books", "keep_all_books", "stamp_entry", "balanced"],
    "members_line": ["keep_books", "keep_all_books", "close_entry", "balanced", "covered"],
    "members_account": ["keep_books", "keep_all_books", "keep_account"],
    "members_fund": ["keep_books", "keep_all_books", "keep_fund"],
}
FUNCTIONS = [
    "keep_books", "keep_account", "keep_fund", "stamp_entry", "close_entry", "check_entry",
    "check_fund",
]
UNDO = [
    *(f"DROP TRIGGER {name} ON {table}" for table, names in TRIGGERS.items() for name in names),
    *(f"DROP FUNCTION members_{name}()" for name in FUNCTIONS),
]


class Migration(migrations.Migration):
    dependencies = [("members", "0008_ledger")]

    operations = [
        RaiseWalls("Fund"),
        RaiseWalls("Account"),
        RaiseWalls("Entry"),
        RaiseWalls("Line"),
        migrations.RunSQL([APPEND_ONLY, FIXED, CLOSED, BALANCED, COVERED], UNDO),
    ]
