from django.db import migrations

from chapters.walls import RaiseWalls

# Who may read a figure may read what it is a figure of.
OPEN_INDICATORS = """
    DROP POLICY public ON measurement_indicator;
    CREATE POLICY public ON measurement_indicator FOR SELECT
        USING (chapter_id IS NULL OR is_public)
"""
CLOSE_INDICATORS = """
    DROP POLICY public ON measurement_indicator;
    CREATE POLICY public ON measurement_indicator FOR SELECT USING (chapter_id IS NULL)
"""
# What was asked stays what was asked, and nobody below a threshold is shown later on. For every
# role, the owner and the backbone too.
FREEZE = """
CREATE FUNCTION measurement_keep_survey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (('draft', 'draft'), ('draft', 'open'), ('open', 'open'),
            ('open', 'closed'), ('closed', 'closed')) THEN
        RAISE EXCEPTION 'A survey goes from draft to open to closed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_survey_moves';
    END IF;
    IF OLD.state <> 'draft' AND (NEW.steward_k < OLD.steward_k OR NEW.public_k < OLD.public_k
            OR NEW.title <> OLD.title OR NEW.intro <> OLD.intro)
        OR OLD.state = 'closed' AND (NEW.steward_k, NEW.public_k) <> (OLD.steward_k, OLD.public_k)
    THEN
        RAISE EXCEPTION 'A survey that is open keeps its words, and its thresholds only rise.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_survey_frozen';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_survey BEFORE UPDATE ON measurement_survey
    FOR EACH ROW EXECUTE FUNCTION measurement_keep_survey();

CREATE FUNCTION measurement_keep_question() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row record;
    found_state text;
BEGIN
    row := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    IF TG_TABLE_NAME = 'measurement_choice' THEN
        SELECT s.state INTO found_state FROM measurement_survey s
            JOIN measurement_question q ON q.survey_id = s.id WHERE q.id = row.question_id;
    ELSE
        SELECT s.state INTO found_state FROM measurement_survey s WHERE s.id = row.survey_id;
    END IF;
    IF found_state IS DISTINCT FROM 'draft' THEN
        RAISE EXCEPTION 'The questions of a survey that is open are never changed.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_question_frozen';
    END IF;
    RETURN row;
END
$$;
CREATE TRIGGER keep_question BEFORE INSERT OR UPDATE OR DELETE ON measurement_question
    FOR EACH ROW EXECUTE FUNCTION measurement_keep_question();
CREATE TRIGGER keep_choice BEFORE INSERT OR UPDATE OR DELETE ON measurement_choice
    FOR EACH ROW EXECUTE FUNCTION measurement_keep_question();
"""
# A link answers once: it is never unused again, and there are never more responses than used links.
ONCE = """
CREATE FUNCTION measurement_keep_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_answered AND NOT NEW.is_answered OR NEW.token_hash <> OLD.token_hash
            OR NEW.survey_id <> OLD.survey_id THEN
        RAISE EXCEPTION 'A link that was used stays used.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_survey_link_used';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER keep_link BEFORE UPDATE ON measurement_surveyinvitation
    FOR EACH ROW EXECUTE FUNCTION measurement_keep_link();

CREATE FUNCTION measurement_count_responses() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT survey_id FROM fresh) f
        WHERE (SELECT count(*) FROM measurement_surveyresponse r WHERE r.survey_id = f.survey_id)
            > (SELECT count(*) FROM measurement_surveyinvitation i
                WHERE i.survey_id = f.survey_id AND i.is_answered)) THEN
        RAISE EXCEPTION 'Every response needs a link of its own.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_response_has_link';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_responses AFTER INSERT ON measurement_surveyresponse
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION measurement_count_responses();
"""
MELT = """
DROP FUNCTION measurement_keep_survey CASCADE;
DROP FUNCTION measurement_keep_question CASCADE;
DROP FUNCTION measurement_keep_link CASCADE;
DROP FUNCTION measurement_count_responses CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("measurement", "0008_surveys")]

    operations = [
        RaiseWalls("Survey"),
        RaiseWalls("Question"),
        RaiseWalls("Choice"),
        RaiseWalls("SurveyInvitation"),
        RaiseWalls("SurveyResponse"),
        RaiseWalls("SurveyAnswer"),
        RaiseWalls("SurveyResult", public="is_published"),
        migrations.RunSQL(FREEZE + ONCE, MELT),
        migrations.RunSQL(OPEN_INDICATORS, CLOSE_INDICATORS),
    ]
