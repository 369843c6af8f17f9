import django.db.models.deletion
from django.db import migrations, models

from chapters.links import HoldLinks
from chapters.walls import RaiseWalls


class Migration(migrations.Migration):

    dependencies = [
        ('chapters', '0009_personal'),
        ('measurement', '0014_discarded_uploads'),
    ]

    operations = [
        migrations.CreateModel(
            name='Suppressed',
            fields=[
                ('pk', models.CompositePrimaryKey('place_id', 'group_id', 'indicator_id', 'period_id', 'source_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('chapter', models.ForeignKey(blank=True, help_text='Empty: shared by all chapters', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chapters.chapter')),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.demographicgroup')),
                ('indicator', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.indicator')),
                ('period', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.period')),
                ('place', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chapters.place')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.source')),
            ],
            options={
                'verbose_name_plural': 'suppressed figures',
                'indexes': [models.Index(fields=['indicator', 'group', 'period', 'place'], name='measurement_suppressed_across')],
            },
        ),
        RaiseWalls("Suppressed", public="period_id > 0"),
        HoldLinks("Suppressed"),
    ]
