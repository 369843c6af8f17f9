from django.db import migrations

from chapters.walls import RaiseWalls


class Migration(migrations.Migration):
    dependencies = [("convenings", "0001_initial"), ("chapters", "0003_walls")]

    operations = [
        RaiseWalls("Convening", public="published_at IS NOT NULL"),
        RaiseWalls("Registration", own="user_id"),
    ]
