from django.db import migrations, models

PUBLISHED = "agenda_id IN (SELECT id FROM agendas_agenda WHERE status = 'published'{})"
# Once an edition was adopted, the sections are the council's draft of the next one.
OPEN = PUBLISHED.format(" AND edition_number = 0")
BEFORE = PUBLISHED.format("")
LINKED = "section_id IN (SELECT id FROM agendas_section WHERE status = 'stands' AND {})"


def _policies(condition: str) -> str:
    return f"""
ALTER POLICY public ON agendas_section USING (status = 'stands' AND {condition});
ALTER POLICY public ON agendas_sectionindicator USING ({LINKED.format(condition)});
"""


# The number follows the editions, whatever a program writes into it.
FOLLOW = """
CREATE FUNCTION agendas_number_of_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.edition_number := coalesce((SELECT max(number) FROM agendas_edition
        WHERE agenda_id = NEW.id AND status = 'adopted'), 0);
    RETURN NEW;
END
$$;
CREATE TRIGGER number_of_edition BEFORE INSERT OR UPDATE ON agendas_agenda
    FOR EACH ROW EXECUTE FUNCTION agendas_number_of_edition();
CREATE FUNCTION agendas_edition_adopted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE agendas_agenda SET edition_number = NEW.number WHERE id = NEW.agenda_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER edition_adopted AFTER INSERT OR UPDATE OF status ON agendas_edition
    FOR EACH ROW WHEN (NEW.status = 'adopted') EXECUTE FUNCTION agendas_edition_adopted();
"""
# Rows of before: the owner of the tables reads them all for this moment.
COUNT = """
ALTER TABLE agendas_agenda NO FORCE ROW LEVEL SECURITY;
ALTER TABLE agendas_edition NO FORCE ROW LEVEL SECURITY;
UPDATE agendas_agenda SET edition_number = 0;
ALTER TABLE agendas_agenda FORCE ROW LEVEL SECURITY;
ALTER TABLE agendas_edition FORCE ROW LEVEL SECURITY;
"""
FORGET = """
DROP TRIGGER edition_adopted ON agendas_edition;
DROP FUNCTION agendas_edition_adopted();
DROP TRIGGER number_of_edition ON agendas_agenda;
DROP FUNCTION agendas_number_of_edition();
"""


class Migration(migrations.Migration):
    dependencies = [("agendas", "0014_decision_records")]

    operations = [
        migrations.AddField(
            model_name="agenda",
            name="edition_number",
            field=models.PositiveSmallIntegerField(
                default=0, editable=False, help_text="The newest adopted edition; 0: none yet"
            ),
        ),
        migrations.AlterModelOptions("project", {"ordering": ["title", "id"]}),
        migrations.AlterModelOptions(
            "activity",
            {"ordering": ["organization__name", "id"], "verbose_name_plural": "activities"},
        ),
        migrations.RunSQL(FOLLOW + COUNT, FORGET),
        migrations.RunSQL(_policies(OPEN), _policies(BEFORE)),
    ]
