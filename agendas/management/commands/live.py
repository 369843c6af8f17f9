"""The process over which several people write one section at once."""

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from agendas.live import open_house


class Command(BaseCommand):
    """Listen for editors until SIGINT or SIGTERM."""

    help = "Let several people write one section of an agenda at once, over WebSocket."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Serve."""
        asyncio.run(_serve(host, port))


async def _serve(host: str, port: int) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    server = await open_house(host, port)
    await ended.wait()
    server.close()
    await server.wait_closed()
