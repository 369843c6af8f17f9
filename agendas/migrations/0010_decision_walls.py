from django.db import migrations

from chapters.walls import RaiseWalls

# For every role, the owner and the backbone too: what people voted on and how stays as it was.
RULES = """
CREATE FUNCTION agendas_freeze_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    result text[] := ARRAY['state', 'closed_at', 'outcome', 'sentence', 'note', 'record'];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE integrity_constraint_violation USING MESSAGE = 'A decision is never deleted.';
    ELSIF OLD.state = 'draft' THEN
        RETURN NEW;
    ELSIF OLD.state = 'closed' THEN
        result := ARRAY[]::text[];
    END IF;
    result := result || 'review_told_at'::text;
    IF (to_jsonb(NEW) - result) IS DISTINCT FROM (to_jsonb(OLD) - result) OR NEW.state = 'draft' THEN
        RAISE integrity_constraint_violation USING
            MESSAGE = 'What a decision rests on is never changed once it is open.';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER freeze_decision BEFORE UPDATE OR DELETE ON agendas_decision
    FOR EACH ROW EXECUTE FUNCTION agendas_freeze_decision();

-- Arguments: the columns that may change.
CREATE FUNCTION agendas_keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := coalesce(TG_ARGV[0:], ARRAY[]::text[]);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - free) IS NOT DISTINCT FROM (to_jsonb(OLD) - free) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE integrity_constraint_violation USING
        MESSAGE = 'A row of ' || TG_TABLE_NAME || ' is never changed like this, or deleted.';
END $$;

-- Arguments: the states of its decision in which a row may be written.
CREATE FUNCTION agendas_write_while() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_in text;
    told record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    SELECT state INTO now_in FROM agendas_decision
        WHERE id = told.decision_id AND chapter_id = told.chapter_id;
    -- What leads into another chapter is refused by the walls.
    IF now_in <> ALL (TG_ARGV) THEN
        RAISE integrity_constraint_violation USING
            MESSAGE = TG_TABLE_NAME || ' is not written while its decision is ' || now_in;
    END IF;
    RETURN told;
END $$;

CREATE TRIGGER write_while BEFORE INSERT OR UPDATE OR DELETE ON agendas_evidence
    FOR EACH ROW EXECUTE FUNCTION agendas_write_while('draft');
CREATE TRIGGER write_while BEFORE INSERT ON agendas_elector
    FOR EACH ROW EXECUTE FUNCTION agendas_write_while('draft');
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_elector
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row('shown_as', 'reminded_at');
CREATE TRIGGER write_while BEFORE INSERT ON agendas_delegation
    FOR EACH ROW EXECUTE FUNCTION agendas_write_while('draft', 'open');
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_delegation
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row(
        'shown_as', 'ended_at', 'opened_at', 'briefed_at', 'present_at');
CREATE TRIGGER write_while BEFORE INSERT OR UPDATE ON agendas_vote
    FOR EACH ROW EXECUTE FUNCTION agendas_write_while('draft', 'open');
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_vote
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row(
        'choice', 'reason', 'cast_at', 'delegation_id');
CREATE TRIGGER write_while BEFORE INSERT ON agendas_votechange
    FOR EACH ROW EXECUTE FUNCTION agendas_write_while('draft', 'open');
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_votechange
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row();
CREATE TRIGGER write_while BEFORE INSERT OR UPDATE ON agendas_objection
    FOR EACH ROW EXECUTE FUNCTION agendas_write_while('draft', 'open');
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_objection
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row('kept_at', 'withdrawn_at');
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_objectionanswer
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row();
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_edition
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row('status', 'adopted_at');
"""
TABLES = {
    "evidence": ["write_while"],
    "elector": ["write_while", "keep_row"],
    "delegation": ["write_while", "keep_row"],
    "vote": ["write_while", "keep_row"],
    "votechange": ["write_while", "keep_row"],
    "objection": ["write_while", "keep_row"],
    "objectionanswer": ["keep_row"],
    "edition": ["keep_row"],
}
NO_RULES = "".join(
    f"DROP TRIGGER {trigger} ON agendas_{table};\n"
    for table, triggers in TABLES.items()
    for trigger in triggers
) + """
DROP TRIGGER freeze_decision ON agendas_decision;
DROP FUNCTION agendas_write_while();
DROP FUNCTION agendas_keep_row();
DROP FUNCTION agendas_freeze_decision();
"""


class Migration(migrations.Migration):
    dependencies = [("agendas", "0009_decisions")]

    operations = [
        RaiseWalls("Decision", public="is_public AND state = 'closed'"),
        RaiseWalls("Evidence"),
        RaiseWalls("Elector", own="user_id"),
        RaiseWalls("Delegation", own="delegate_id"),
        RaiseWalls("Vote"),
        RaiseWalls("VoteChange", own="by_id"),
        RaiseWalls("Objection"),
        RaiseWalls("ObjectionAnswer", own="by_id"),
        RaiseWalls("Edition", public="status = 'adopted'"),
        migrations.RunSQL(RULES, NO_RULES),
    ]
