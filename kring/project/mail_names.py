"""What DNS says of a domain's mail: SPF, DMARC, and the usual names of DKIM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import dns.exception
import dns.resolver

SECONDS = 4.0
# Where DKIM's key stands is known to whoever signs; these are the names that most choose.
SELECTORS = ("mail", "default", "dkim", "kring", "s1", "selector1", "google")
State = Literal["well", "notice", "problem"]


def findings(domain: str) -> Iterator[tuple[str, State, str]]:
    """(check, state, sentence) of each of the three. At most 9 questions, 4 seconds each."""
    try:
        spf = [text for text in texts(domain) if text.lower().startswith("v=spf1")]
        dmarc = [text for text in texts(f"_dmarc.{domain}") if text.lower().startswith("v=dmarc1")]
        signed = any("p=" in text for name in SELECTORS
                     for text in texts(f"{name}._domainkey.{domain}"))  # fmt: skip
    except Unanswered:
        yield "mail_names", "notice", f"DNS did not answer what is said of {domain}'s mail."
        return
    if len(spf) == 1:
        yield "spf", "well", f"SPF of {domain} says which servers send its mail."
    elif spf:
        yield "spf", "problem", f"{domain} has {len(spf)} SPF records, and may have one: join them."
    else:
        yield (
            "spf", "problem",
            f"{domain} has no SPF record, so its mail may be refused. Add to its DNS, type TXT: "
            "v=spf1 a mx ~all (and the servers of your mail provider).",
        )  # fmt: skip
    if signed:
        yield "dkim", "well", f"DKIM: a key for signing {domain}'s mail was found."
    else:
        yield (
            "dkim", "notice",
            f"No DKIM key of {domain} was found under the usual names. Whoever runs your mail "
            "server knows its name; without one, mail may be taken for unwanted.",
        )  # fmt: skip
    if dmarc:
        yield "dmarc", "well", f"DMARC of {domain} says what to do with forged mail."
    else:
        yield (
            "dmarc", "notice",
            f"{domain} has no DMARC record. Add to its DNS, type TXT, name _dmarc: "
            f"v=DMARC1; p=quarantine; rua=mailto:postmaster@{domain}; or stricter.",
        )  # fmt: skip


class Unanswered(Exception):
    """Nobody could be asked, or nobody answered in time."""


def texts(name: str) -> list[str]:
    """The TXT records of a name; none where there are none. Raises Unanswered."""
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Unanswered from error
    return [
        b"".join(record.strings).decode("utf-8", "replace")[:2_000] for record in list(answer)[:50]
    ]
