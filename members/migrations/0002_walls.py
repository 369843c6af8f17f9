from django.db import migrations

from chapters.walls import RaiseWalls


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        RaiseWalls("Membership", own="user_id"),
        RaiseWalls("Checkout", own="user_id"),
        RaiseWalls("Payment", own="user_id"),
    ]
