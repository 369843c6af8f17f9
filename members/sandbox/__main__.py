"""`python -m members.sandbox --port P --state DIR --webhook-url URL --webhook-secret whsec_...`"""

import argparse
import os
import signal
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from members.sandbox import clock
from members.sandbox.server import Server
from members.sandbox.store import Store
from members.sandbox.webhooks import Courier


def reason_to_refuse(environ: Mapping[str, str]) -> str | None:
    """Why the sandbox must not run here, or None."""
    if environ.get("PRODUCTION", "").lower() not in {"", "0", "false", "no", "off"}:
        return "PRODUCTION is set: the payment sandbox does not run in production."
    if environ.get("STRIPE_SECRET_KEY", "").startswith(("sk_live", "rk_live")):
        return "STRIPE_SECRET_KEY is a live key: the payment sandbox does not run beside it."
    return None


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    options = _parser().parse_args(argv)
    refusal = reason_to_refuse(os.environ)
    if refusal:
        sys.stderr.write(f"{refusal}\n")
        return 2
    store = Store(options.state)
    clock.set_ahead(store.switch("ahead", 0))
    server = Server(options.port, store, options.public_url)
    courier = Courier(store, options.webhook_url, options.webhook_secret, options.retry_after)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    courier.start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"payment sandbox on http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    stop.wait()
    server.shutdown()
    courier.stop()
    store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m members.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--state", type=Path, required=True, help="folder of the state file")
    parser.add_argument("--webhook-url", required=True, help="where events are posted")
    parser.add_argument("--webhook-secret", required=True, help="whsec_...")
    parser.add_argument("--public-url", help="address of the pay page, if it is not the port's")
    parser.add_argument(
        "--retry-after", type=float, default=1.0, help="seconds to the first repeat; then doubled"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
