"""What every installation starts with: the dues of organizations by size."""

from members.models import OrganizationTier

# code, name, hint, cents a year, seats
TIERS = [
    ("small", "Small", "Up to 10 staff", 12_000, 2),
    ("medium", "Medium", "11 to 100 staff", 36_000, 5),
    ("large", "Large", "More than 100 staff", 96_000, 12),
]


def load_tiers() -> int:
    """Create the tiers that are not there yet; what staff changed stays. Gives their number."""
    for position, (code, name, hint, cents, seats) in enumerate(TIERS, start=1):
        values = {
            "name": name,
            "hint": hint,
            "yearly_cents": cents,
            "seats": seats,
            "position": position,
        }
        OrganizationTier.objects.get_or_create(code=code, defaults=values)
    return len(TIERS)
