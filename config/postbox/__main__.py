"""`python -m config.postbox --smtp-port P --web-port Q --state DIR`"""

import argparse
import signal
import sys
import threading
from pathlib import Path

from config.postbox.faults import Faults
from config.postbox.messages import Mailbox
from config.postbox.smtp import make_controller
from config.postbox.web import Server
from config.stack import layout


def main(argv: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit status."""
    options = _parser().parse_args(argv)
    if layout.is_production():
        sys.stderr.write("PRODUCTION is set: the postbox keeps mail back, so it does not run.\n")
        return 2
    mailbox, faults = Mailbox(options.state), Faults()
    smtp = make_controller(options.smtp_port, mailbox, faults)
    web = Server(options.web_port, mailbox, faults)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    smtp.start()
    threading.Thread(target=web.serve_forever, daemon=True).start()
    sys.stdout.write(f"postbox on http://127.0.0.1:{web.server_port}\n")
    sys.stdout.flush()
    stop.wait()
    web.shutdown()
    smtp.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m config.postbox", description=__doc__)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--web-port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--state", type=Path, required=True, help="folder of the .eml files")
    return parser


if __name__ == "__main__":
    sys.exit(main())
