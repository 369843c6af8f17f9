from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agendas", "0020_report_texts"),
        ("chapters", "0009_personal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="sent_key",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="sent_key",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(
                fields=("chapter", "author", "sent_key"), name="agendas_section_sent_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                fields=("chapter", "author", "sent_key"), name="agendas_suggestion_sent_once"
            ),
        ),
    ]
