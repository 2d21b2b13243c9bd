"""A name server that lies, and a stub resolver that believes it."""

import socketserver
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from dnslib import AAAA, CNAME, QTYPE, RR, A, DNSRecord

from kring.core.http import IPAddress, TooSlow, Unreachable

SILENT = ("SILENT",)  # an answer that never comes


class HostileDns(socketserver.ThreadingUDPServer):
    """Answers by script: the n-th question for a name and type gets the n-th answer.

    names: for each name its answers; an answer is a list of addresses and, for an alias, the name
        it stands for ("=other.test"). The last answer is repeated.
    """

    daemon_threads = True

    def __init__(self, names: dict[str, list[Sequence[str]]]) -> None:
        super().__init__(("127.0.0.1", 0), _DnsHandler)
        self.names = names
        self.asked: Counter[tuple[str, str]] = Counter()
        self.lock = threading.Lock()

    def reply(self, packet: bytes) -> bytes | None:
        question = DNSRecord.parse(packet)
        name, kind = str(question.q.qname).rstrip("."), QTYPE[question.q.qtype]
        with self.lock:
            turn = self.asked[name, kind]
            self.asked[name, kind] += 1
        answers = self.names.get(name, [()])
        answer = answers[min(turn, len(answers) - 1)]
        if answer is SILENT:
            return None
        reply = question.reply()
        for record in self.records(name, kind, answer):
            reply.add_answer(record)
        return bytes(reply.pack())

    def records(self, name: str, kind: str, answer: Sequence[str]) -> Iterator[RR]:
        for item in answer:
            if item.startswith("="):
                yield RR(name, QTYPE.CNAME, rdata=CNAME(item[1:]), ttl=0)
                if item[1:] != name:
                    yield from self.records(item[1:], kind, self.names[item[1:]][0])
                continue
            address = ip_address(item)
            if isinstance(address, IPv4Address) and kind == "A":
                yield RR(name, QTYPE.A, rdata=A(item), ttl=0)
            elif isinstance(address, IPv6Address) and kind == "AAAA":
                yield RR(name, QTYPE.AAAA, rdata=AAAA(tuple(address.packed)), ttl=0)


class _DnsHandler(socketserver.BaseRequestHandler):
    server: HostileDns

    def handle(self) -> None:
        packet, sock = self.request
        reply = self.server.reply(packet)
        if reply is not None:
            sock.sendto(reply, self.client_address)


@dataclass
class DnsResolver:
    """A stub resolver that asks one name server and believes it."""

    nameserver: str
    port: int

    def resolve(self, host: str, port: int, timeout: float) -> list[IPAddress]:
        end = time.monotonic() + timeout
        found: list[IPAddress] = []
        for kind in ("A", "AAAA"):
            left = end - time.monotonic()
            try:
                packet = DNSRecord.question(host, kind).send(
                    self.nameserver, self.port, timeout=max(left, 0.001)
                )
            except TimeoutError as error:
                raise TooSlow(host) from error
            for record in DNSRecord.parse(packet).rr:
                if QTYPE[record.rtype] == kind:
                    found.append(ip_address(bytes(record.rdata.data)))
        if not found:
            raise Unreachable(host)
        return found
