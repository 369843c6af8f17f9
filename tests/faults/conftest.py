"""What the tests of faults share."""

from tests.payments import provider, provider_process

__all__ = ["provider", "provider_process"]
