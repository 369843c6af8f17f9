"""The mail server: takes every message on the loopback address and passes none on."""

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from config.postbox.faults import Faults
from config.postbox.messages import Mailbox

_LARGEST = 25 << 20


class Receiver:
    """What happens at each step of a delivery."""

    def __init__(self, mailbox: Mailbox, faults: Faults) -> None:
        self._mailbox = mailbox
        self._faults = faults

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """One recipient."""
        refusal = self._faults.take("rcpt", [address])
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The message itself: acknowledged only once it is on disk."""
        refusal = self._faults.take("data", envelope.rcpt_tos)
        if refusal:
            return refusal
        content = envelope.original_content or b""
        ident = self._mailbox.keep(content, envelope.mail_from or "", envelope.rcpt_tos)
        return self._faults.take("stored", envelope.rcpt_tos) or f"250 Kept as {ident}"


def make_controller(port: int, mailbox: Mailbox, faults: Faults) -> Controller:
    """The server, not yet started. `port` must be free."""
    return Controller(
        Receiver(mailbox, faults),
        hostname="127.0.0.1",
        port=port,
        enable_SMTPUTF8=True,
        data_size_limit=_LARGEST,
        ident="Network City postbox",
    )
