from django.db import migrations

from chapters.walls import OPEN_USER, RaiseWalls

# A representative reads the membership of the organization from every chapter, as their own seat.
SEATED_READ = f"""
CREATE POLICY seated ON members_organizationmembership FOR SELECT USING (EXISTS (
    SELECT FROM members_representative seat
    WHERE seat.organization_membership_id = members_organizationmembership.id
    AND seat.user_id = {OPEN_USER} AND seat.ended_at IS NULL))
"""

# The lock on the membership's row lets one at a time count and sit down.
SEAT_FREE = """
CREATE FUNCTION members_seat_free() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed integer;
    held integer;
BEGIN
    IF NEW.ended_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    SELECT seats INTO allowed FROM members_organizationmembership
        WHERE id = NEW.organization_membership_id FOR NO KEY UPDATE;
    SELECT count(*) INTO held FROM members_representative
        WHERE organization_membership_id = NEW.organization_membership_id
        AND ended_at IS NULL AND id <> NEW.id;
    IF allowed IS NULL OR held >= allowed THEN
        RAISE check_violation USING
            MESSAGE = 'No seat of the organization is free', CONSTRAINT = 'members_seat_free';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_seat_free BEFORE INSERT OR UPDATE ON members_representative
    FOR EACH ROW EXECUTE FUNCTION members_seat_free();

CREATE FUNCTION members_seats_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.seats < (SELECT count(*) FROM members_representative
        WHERE organization_membership_id = NEW.id AND ended_at IS NULL) THEN
        RAISE check_violation USING
            MESSAGE = 'More people than that hold a seat', CONSTRAINT = 'members_seats_kept';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_seats_kept BEFORE UPDATE OF seats ON members_organizationmembership
    FOR EACH ROW EXECUTE FUNCTION members_seats_kept();
"""
SEAT_FREE_UNDONE = """
DROP TRIGGER members_seats_kept ON members_organizationmembership;
DROP FUNCTION members_seats_kept;
DROP TRIGGER members_seat_free ON members_representative;
DROP FUNCTION members_seat_free;
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0012_organizations_and_offers")]

    operations = [
        RaiseWalls("OrganizationMembership"),
        RaiseWalls("Representative", own="user_id"),
        RaiseWalls("SeatInvitation"),
        RaiseWalls("OrganizationDues"),
        RaiseWalls("Offer", own="user_id"),
        RaiseWalls("Need"),
        RaiseWalls("OfferRequest", own="offerer_id"),
        migrations.RunSQL(
            SEATED_READ, "DROP POLICY seated ON members_organizationmembership"
        ),
        migrations.RunSQL(SEAT_FREE, SEAT_FREE_UNDONE),
    ]
