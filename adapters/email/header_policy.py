"""The e-mail policy: that of SMTP, which parses each repeated header once.

Python parses every header that is set, by the whole grammar of RFC 5322; of the headers of our
e-mails most are the same each time.
"""

from email.header import Header
from email.headerregistry import HeaderRegistry
from email.policy import EmailPolicy
from functools import cache, lru_cache
from typing import Any, Final

_REPEATED: Final = frozenset(
    {
        "from", "reply-to", "auto-submitted", "mime-version",
        "content-type", "content-transfer-encoding", "content-language",
    }
)  # fmt: skip
_UNIQUE_PARAMETER: Final = "boundary="


class SharedHeaderClasses(HeaderRegistry):
    """A registry that makes the class of each header once; Python's makes one per header."""

    @cache  # noqa: B019  (the registries live as long as the process)
    def __getitem__(self, name: str) -> Any:
        """Return the class for the headers with this name."""
        return super().__getitem__(name)


class RepeatedHeadersPolicy(EmailPolicy):
    """A policy whose parsed headers are shared between messages: they are immutable."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        """Return the header as the message stores it."""
        is_repeated = name.lower() in _REPEATED and _UNIQUE_PARAMETER not in str(value)
        if is_repeated and type(value) is str:
            return _parse(self, name, value)
        return super().header_store_parse(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as lines of bytes."""
        if name.lower() == "subject":
            return _fold_subject(name, str(value), self.linesep)
        return super().fold_binary(name, value)


def _fold_subject(name: str, subject: str, line_end: str) -> bytes:
    """Fold by `email.header`: the folder of policies loses or doubles a space between two encoded
    words, and can put the whole subject behind an empty first line.
    """
    charset = "us-ascii" if subject.isascii() else "utf-8"
    folded = Header(subject, charset, header_name=name).encode(linesep=line_end)
    return f"{name}: {folded}{line_end}".encode("ascii")


@lru_cache(maxsize=256)
def _parse(policy: EmailPolicy, name: str, value: str) -> tuple[str, Any]:
    return EmailPolicy.header_store_parse(policy, name, value)


_CLASSES: Final = SharedHeaderClasses()
SMTP: Final = RepeatedHeadersPolicy(linesep="\r\n", header_factory=_CLASSES)
SMTPUTF8: Final = RepeatedHeadersPolicy(linesep="\r\n", header_factory=_CLASSES, utf8=True)
"""For recipients beyond ASCII (RFC 6531)."""
