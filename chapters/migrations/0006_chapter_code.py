from django.db import migrations, models

from chapters.models.places import possible_codes


def give_codes(apps, schema_editor):
    taken = set()
    for chapter in apps.get_model("chapters", "Chapter").objects.order_by("pk"):
        chapter.code = next(code for code in possible_codes(chapter.slug) if code not in taken)
        taken.add(chapter.code)
        chapter.save(update_fields=["code"])


class Migration(migrations.Migration):

    dependencies = [
        ('chapters', '0005_waitlist_and_paid_places'),
    ]

    operations = [
        migrations.AddField(
            model_name='chapter',
            name='code',
            field=models.CharField(default='', editable=False, help_text='Begins the numbers of receipts', max_length=12),
            preserve_default=False,
        ),
        migrations.RunPython(give_codes, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='chapter',
            name='code',
            field=models.CharField(editable=False, help_text='Begins the numbers of receipts', max_length=12, unique=True),
        ),
    ]
