from django.db import migrations, models
from django.db.models import F, Q

KEEP = """
DROP TRIGGER keep_row ON agendas_elector;
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON agendas_elector
    FOR EACH ROW EXECUTE FUNCTION agendas_keep_row({});
"""
# Who is there and who knows what it is about is said while the vote is open, never afterwards.
ROLL = """
CREATE TRIGGER roll_while BEFORE UPDATE ON agendas_elector FOR EACH ROW
    WHEN (NEW.present_at IS DISTINCT FROM OLD.present_at)
    EXECUTE FUNCTION agendas_write_while('open');
CREATE TRIGGER roll_while BEFORE UPDATE ON agendas_delegation FOR EACH ROW
    WHEN (NEW.present_at IS DISTINCT FROM OLD.present_at
        OR NEW.briefed_at IS DISTINCT FROM OLD.briefed_at)
    EXECUTE FUNCTION agendas_write_while('open');
"""
NO_ROLL = """
DROP TRIGGER roll_while ON agendas_elector;
DROP TRIGGER roll_while ON agendas_delegation;
"""


class Migration(migrations.Migration):
    dependencies = [("agendas", "0016_spending_through_work")]

    operations = [
        migrations.AddField(
            "elector",
            "present_at",
            models.DateTimeField(null=True, help_text="The chair saw them at the roll call"),
        ),
        migrations.AlterField(
            "delegation",
            "opened_at",
            models.DateTimeField(null=True, help_text="Opened the briefing, or heard it"),
        ),
        migrations.AlterField(
            "delegation",
            "briefed_at",
            models.DateTimeField(
                null=True, help_text="Confirmed the briefing, or the chair gave it"
            ),
        ),
        migrations.AlterField(
            "delegation",
            "present_at",
            models.DateTimeField(
                null=True, help_text="Checked in, or the chair saw them at the roll call"
            ),
        ),
        migrations.AddField(
            "decision", "voices", models.PositiveSmallIntegerField(null=True, blank=True)
        ),
        migrations.AddField(
            "decision", "affected_voices", models.PositiveSmallIntegerField(null=True, blank=True)
        ),
        migrations.AddConstraint(
            "decision",
            models.CheckConstraint(
                condition=Q(voices__isnull=True, affected_voices__isnull=True)
                | Q(affected_voices__lte=F("voices")),
                name="agendas_decision_voices",
            ),
        ),
        migrations.RunSQL(
            KEEP.format("'shown_as', 'reminded_at', 'present_at'"),
            KEEP.format("'shown_as', 'reminded_at'"),
        ),
        migrations.RunSQL(ROLL, NO_ROLL),
    ]
