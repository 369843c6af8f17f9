import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from chapters.links import HoldLinks
from chapters.walls import RaiseWalls


class Migration(migrations.Migration):

    dependencies = [
        ('chapters', '0003_walls'),
        ('measurement', '0002_walls'),
    ]

    operations = [
        migrations.DeleteModel(
            name='Observation',
        ),
        migrations.RemoveConstraint(
            model_name='source',
            name='measurement_source_once',
        ),
        migrations.AddField(
            model_name='source',
            name='chapter',
            field=models.ForeignKey(blank=True, help_text='Empty: shared by all chapters', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chapters.chapter'),
        ),
        migrations.AddField(
            model_name='source',
            name='revises',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='measurement.source'),
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(fields=('chapter', 'publisher', 'table_id', 'release'), name='measurement_source_release_once', nulls_distinct=False),
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('chapter', models.ForeignKey(blank=True, help_text='Empty: shared by all chapters', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chapters.chapter')),
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=200)),
                ('layout', models.CharField(choices=[('long', 'One figure a line'), ('census', 'Census Bureau'), ('wide', 'One place a line, one column a figure')], default='long', max_length=6)),
                ('mapping', models.JSONField(blank=True, default=dict)),
                ('content', models.BinaryField(null=True)),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('checking', 'Being checked'), ('refused', 'Has errors'), ('ready', 'Checked, waits to be loaded'), ('loaded', 'Loaded, waits for review'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='checking', max_length=9)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('added', models.PositiveIntegerField(default=0)),
                ('known', models.PositiveIntegerField(default=0)),
                ('restated', models.PositiveIntegerField(default=0)),
                ('errors', models.PositiveIntegerField(default=0)),
                ('warnings', models.PositiveIntegerField(default=0)),
                ('report', models.JSONField(blank=True, default=list)),
                ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                ('reviewed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review_note', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('loaded_at', models.DateTimeField(blank=True, null=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['chapter', '-created_at'], name='measurement_uploads')],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Rollup',
            fields=[
                ('pk', models.CompositePrimaryKey('indicator_id', 'group_id', 'period_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('indicator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.indicator')),
                ('group', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.demographicgroup')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.period')),
                ('places', models.PositiveIntegerField()),
                ('mean', models.FloatField()),
                ('minimum', models.FloatField()),
                ('quartile_1', models.FloatField()),
                ('median', models.FloatField()),
                ('quartile_3', models.FloatField()),
                ('maximum', models.FloatField()),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'period', 'indicator'], name='measurement_overview')],
                'constraints': [],
            },
        ),
        migrations.CreateModel(
            name='Observation',
            fields=[
                ('chapter', models.ForeignKey(blank=True, help_text='Empty: shared by all chapters', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chapters.chapter')),
                ('pk', models.CompositePrimaryKey('place_id', 'group_id', 'indicator_id', 'period_id', 'source_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('place', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='chapters.place')),
                ('group', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.demographicgroup')),
                ('indicator', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.indicator')),
                ('period', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.period')),
                ('source', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.source')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='measurement.upload')),
                ('obs_value', models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ('numerator', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('denominator', models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ('sample_n', models.PositiveIntegerField(null=True)),
                ('se', models.DecimalField(decimal_places=8, max_digits=20, null=True)),
                ('moe', models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ('conf_level', models.PositiveSmallIntegerField(null=True)),
                ('ci_lower', models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ('ci_upper', models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ('se_method', models.CharField(choices=[('published', 'Published'), ('derived', 'Derived'), ('poisson', 'Poisson'), ('binomial', 'Binomial'), ('replicate', 'Replicate weights'), ('none', 'None')], default='none', max_length=10)),
                ('obs_status', models.CharField(choices=[('A', 'Normal'), ('B', 'Break in series'), ('D', 'Definition differs'), ('E', 'Estimated'), ('F', 'Forecast'), ('I', 'Imputed'), ('M', 'Cannot exist'), ('O', 'Missing'), ('P', 'Provisional'), ('Q', 'Suppressed by the source'), ('U', 'Low reliability')], default='A', max_length=1)),
                ('conf_status', models.CharField(choices=[('F', 'Free'), ('A', 'Small count'), ('D', 'Protects a small count'), ('N', 'Internal only')], default='F', max_length=1)),
                ('annotation_raw', models.CharField(blank=True, max_length=40)),
                ('reliability', models.CharField(blank=True, choices=[('good', 'Good'), ('caution', 'Use with caution'), ('unreliable', 'Unreliable')], max_length=10)),
                ('visibility', models.CharField(choices=[('P', 'Published'), ('C', 'In the chapter, until it is approved')], default='P', max_length=1)),
                ('is_current', models.BooleanField(default=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_current', True)), fields=['indicator', 'group', 'period', 'place'], name='measurement_across'), models.Index(condition=models.Q(('visibility', 'C')), fields=['batch'], name='measurement_in_review')],
                'constraints': [models.CheckConstraint(condition=models.Q(('obs_value__gt', -100000000000000), ('obs_value__lt', 100000000000000)), name='measurement_observation_number')],
            },
        ),
        RaiseWalls("Source", public="chapter_id IS NULL"),
        RaiseWalls("Upload"),
        RaiseWalls("Observation", public="visibility = 'P' AND conf_status = 'F'"),
        HoldLinks("Observation"),
    ]

