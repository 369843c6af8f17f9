from django.db import migrations

from chapters.walls import RaiseWalls


class Migration(migrations.Migration):
    dependencies = [("chapters", "0002_initial")]

    operations = [
        RaiseWalls("Seat", own="user_id"),
        RaiseWalls("Pledge"),
        RaiseWalls("Job", own="asked_by_id", national=True),
        RaiseWalls("StoredFile"),
        RaiseWalls("Mail", national=True),
    ]
