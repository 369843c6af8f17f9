from django.db import migrations

from chapters.walls import RaiseWalls


class Migration(migrations.Migration):
    dependencies = [("members", "0018_payouts")]

    operations = [RaiseWalls("PayoutPart"), RaiseWalls("Movement")]
