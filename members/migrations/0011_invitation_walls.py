from django.db import migrations

from chapters.walls import RaiseWalls

# What one member, one address and one chapter may be sent, counted under a lock of the chapter, so
# that many requests at once can't slip through. The names are what the server tells people by.
CAPS = """
CREATE FUNCTION members_cap_invitations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lately timestamptz := NEW.created_at - interval '24 hours';
    broken text;
BEGIN
    IF NEW.way <> 'mail' THEN RETURN NEW; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('members_invitation'), NEW.chapter_id::int);
    IF EXISTS (SELECT FROM members_invitationrefusal refusal
               WHERE refusal.chapter_id = NEW.chapter_id
               AND refusal.address_digest = NEW.address_digest)
    THEN broken := 'members_invitation_refused';
    ELSIF (SELECT count(*) FROM members_invitation past
           WHERE past.chapter_id = NEW.chapter_id AND past.way = 'mail'
           AND past.address_digest = NEW.address_digest) >= 3
    THEN broken := 'members_invitation_per_address';
    ELSIF (SELECT count(*) FROM members_invitation past
           WHERE past.chapter_id = NEW.chapter_id AND past.way = 'mail'
           AND past.inviter_id = NEW.inviter_id AND past.created_at > lately) >= 20
    THEN broken := 'members_invitation_per_day';
    ELSIF (SELECT count(*) FROM members_invitation past
           WHERE past.chapter_id = NEW.chapter_id AND past.way = 'mail'
           AND past.inviter_id = NEW.inviter_id AND past.state = 'open'
           AND past.expires_at > NEW.created_at) >= 50
    THEN broken := 'members_invitation_open';
    ELSIF (SELECT count(*) FROM members_invitation past
           WHERE past.chapter_id = NEW.chapter_id AND past.way = 'mail'
           AND past.created_at > lately) >= 500
    THEN broken := 'members_invitation_chapter_day';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE check_violation USING CONSTRAINT = broken, MESSAGE = broken;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER members_cap_invitations BEFORE INSERT ON members_invitation
FOR EACH ROW EXECUTE FUNCTION members_cap_invitations();
"""
NO_CAPS = """
DROP TRIGGER members_cap_invitations ON members_invitation;
DROP FUNCTION members_cap_invitations();
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0010_invitations_and_gifts")]

    operations = [
        RaiseWalls("Gift", own="giver_id"),
        RaiseWalls("GiftedPlace"),
        RaiseWalls("InvitationLink", own="user_id"),
        RaiseWalls("Invitation", own="inviter_id"),
        RaiseWalls("InvitationRefusal"),
        migrations.RunSQL(CAPS, NO_CAPS),
    ]
