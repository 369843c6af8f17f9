from django.db import migrations

from chapters.walls import RaiseWalls

# For every role, the owner and the backbone too. Of a detail only the whole row may go.
APPEND_ONLY = """
CREATE FUNCTION chapters_keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is never changed.'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_audit BEFORE UPDATE OR DELETE ON chapters_auditentry
    FOR EACH ROW EXECUTE FUNCTION chapters_keep_audit();
CREATE TRIGGER keep_audit_whole BEFORE TRUNCATE ON chapters_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION chapters_keep_audit();
CREATE TRIGGER keep_audit BEFORE UPDATE ON chapters_auditdetail
    FOR EACH ROW EXECUTE FUNCTION chapters_keep_audit();
CREATE TRIGGER keep_audit BEFORE DELETE ON chapters_audithead
    FOR EACH ROW EXECUTE FUNCTION chapters_keep_audit();
CREATE TRIGGER keep_audit_onward BEFORE UPDATE ON chapters_audithead
    FOR EACH ROW WHEN (NEW.number <> OLD.number + 1 OR NEW.chain <> OLD.chain)
    EXECUTE FUNCTION chapters_keep_audit();
"""
CHANGEABLE = """
DROP TRIGGER keep_audit ON chapters_auditentry;
DROP TRIGGER keep_audit_whole ON chapters_auditentry;
DROP TRIGGER keep_audit ON chapters_auditdetail;
DROP TRIGGER keep_audit ON chapters_audithead;
DROP TRIGGER keep_audit_onward ON chapters_audithead;
DROP FUNCTION chapters_keep_audit();
"""


class Migration(migrations.Migration):
    dependencies = [("chapters", "0007_audit")]

    operations = [
        RaiseWalls("AuditEntry", national=True),
        RaiseWalls("AuditDetail", national=True),
        migrations.RunSQL(APPEND_ONLY, CHANGEABLE),
    ]
