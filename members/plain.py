"""What people write for others, kept to plain words: no web address, nothing that can't be seen.

Mail programs make links of anything that looks like an address, so a stranger's letter with our
name on it could lead anywhere.
"""

import re
import unicodedata

# A scheme, "www", or a dot between two words without a space, in any script's full stop.
_ADDRESS = re.compile(
    r"\w+://\S*|\bwww[.．。]\S*|[\w-]+(?:[.．。｡][^\W\d_][\w-]*[^\W\d_])+(?:[/:]\S*)?|\S+@\S+",
    re.IGNORECASE,
)
_HIDDEN = {"Cc", "Cf", "Co", "Cs"}
_JOINERS = "\u200c\u200d"


def find_address(text: str) -> str:
    """The first thing in a text that a mail program would make a link of, or nothing."""
    found = _ADDRESS.search(clean_text(text))
    return found.group() if found else ""


def clean_text(text: str) -> str:
    """The text without control and direction characters; line ends stay, as one kind."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        letter
        for letter in lines
        if letter in "\n" + _JOINERS or unicodedata.category(letter) not in _HIDDEN
    ).strip()


def plain_name(name: str, otherwise: str) -> str:
    """A name as a letter to a stranger shows it; `otherwise` where it is none, or carries a link.

    `plain_name("Mia R.", "A member")` is “Mia R.”, for “Win at bad.example” it is “A member”.
    """
    shown = " ".join(clean_text(name).split())[:60]
    return otherwise if not shown or find_address(shown) or "@" in shown else shown
