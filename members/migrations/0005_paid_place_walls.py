from django.db import migrations

from chapters.walls import RaiseWalls


class Migration(migrations.Migration):
    dependencies = [("members", "0004_home_and_paid_places")]

    operations = [RaiseWalls("PaidPlace", own="user_id")]
