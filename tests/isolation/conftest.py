"""The crawl pays at the real sandbox."""

from tests.payments import provider, provider_process

__all__ = ["provider", "provider_process"]
