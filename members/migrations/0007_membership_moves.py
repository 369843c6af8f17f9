"""The walls around the tables of billing, and the moves that a membership's status may make."""

from django.db import migrations

from chapters.walls import RaiseWalls

# As Membership.MOVES says; a test compares the two.
MOVES = """
CREATE FUNCTION members_membership_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) IN (
        ('pending', 'active'), ('pending', 'cancelled'),
        ('active', 'past_due'), ('active', 'lapsed'), ('active', 'cancelled'),
        ('past_due', 'active'), ('past_due', 'lapsed'), ('past_due', 'cancelled'),
        ('lapsed', 'active'), ('lapsed', 'cancelled'),
        ('cancelled', 'active'))
    THEN RETURN NEW;
    END IF;
    RAISE check_violation USING
        MESSAGE = format('A membership does not go from %s to %s', OLD.status, NEW.status),
        CONSTRAINT = 'members_membership_moves';
END $$;
CREATE TRIGGER members_membership_moves BEFORE UPDATE OF status ON members_membership
FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
EXECUTE FUNCTION members_membership_moves();
"""
FREE = """
DROP TRIGGER members_membership_moves ON members_membership;
DROP FUNCTION members_membership_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0006_billing")]

    operations = [
        RaiseWalls("Subscription", own="user_id"),
        RaiseWalls("Reminder", own="user_id"),
        RaiseWalls("Refund", own="user_id"),
        RaiseWalls("Dispute", own="user_id"),
        migrations.RunSQL(MOVES, FREE),
    ]
