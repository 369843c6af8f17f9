from django.db import migrations

from chapters.walls import RaiseWalls


class Migration(migrations.Migration):
    dependencies = [("measurement", "0001_initial")]

    operations = [
        RaiseWalls("Indicator", public="chapter_id IS NULL"),
        RaiseWalls("Scorecard", public="chapter_id IS NULL"),
        RaiseWalls("ScorecardLine", public="chapter_id IS NULL"),
        # What a chapter measures itself stays its own until it is published.
        RaiseWalls("Observation", public="chapter_id IS NULL AND conf_status = 'F'"),
    ]
