"""TLS: the connection goes to the checked address, the proof is asked of the name."""

import shutil
import ssl
import subprocess

import pytest

from kring.core.http import TooSlow, Unreachable, UnsafeRedirect, Untrusted
from tests.core.hostile import hostile_world, ok, only_loopback

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs the openssl command")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Paths of a certificate for site.test, signed by itself, and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    paths = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        " -subj /CN=site.test -addext subjectAltName=DNS:site.test"
        " -addext keyUsage=critical,digitalSignature,keyCertSign"
        f" -out {paths[0]} -keyout {paths[1]}".split(),
        check=True,
        capture_output=True,
    )
    return paths


@pytest.fixture
def world(certificate, monkeypatch):
    with hostile_world() as world, only_loopback(monkeypatch):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        world.asked_for = []
        context.sni_callback = lambda _sock, name, _context: world.asked_for.append(name)
        world.site.greet = lambda sock: context.wrap_socket(sock, server_side=True)
        world.names["other.test"] = [["127.0.0.1"]]
        yield world


@pytest.fixture
def trusting(certificate):
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_the_name_is_asked_for_and_proven_though_the_address_is_pinned(world, trusting):
    answer = world.fetch(world.url(scheme="https"), tls=trusting)
    assert (answer.body, answer.final_url) == (b"hello", world.url(scheme="https"))
    assert world.asked_for == ["site.test"]


def test_a_certificate_for_another_name_is_not_trusted(world, trusting):
    with pytest.raises(Untrusted) as caught:
        world.fetch(world.url(host="other.test", scheme="https"), tls=trusting)
    assert "mismatch" in caught.value.detail
    with pytest.raises(Untrusted):
        world.fetch(world.url(host="127.0.0.1", scheme="https"), tls=trusting)
    assert world.asked_for == ["other.test", None]
    assert world.site.seen == []


def test_a_certificate_nobody_vouches_for_is_not_trusted(world):
    with pytest.raises(Untrusted):
        world.fetch(world.url(scheme="https"))
    assert world.site.seen == []


def test_a_context_that_trusts_everyone_is_a_bug(world):
    careless = ssl.create_default_context()
    careless.check_hostname = False
    with pytest.raises(ValueError, match="verify"):
        world.fetch(world.url(scheme="https"), tls=careless)


def test_a_redirect_off_https_is_not_followed(world, trusting):
    world.site.redirects("/up", world.url("/", scheme="https"))
    world.site.redirects("/down", world.url("/", scheme="http"))
    assert world.fetch(world.url("/up", scheme="https"), tls=trusting).body == b"hello"
    with pytest.raises(UnsafeRedirect):
        world.fetch(world.url("/down", scheme="https"), tls=trusting)


def test_a_handshake_that_never_ends_is_cut_at_the_deadline(world, trusting):
    world.site.greet = world.site.stay_silent
    with pytest.raises(TooSlow):
        world.fetch(world.url(scheme="https"), tls=trusting, seconds=0.2)
    assert world.site.left.wait(10)


def test_a_drip_over_tls_is_cut_at_the_deadline(world, trusting):
    def drip(_):
        yield b"HTTP/1.1 200 Yes\r\n\r\n"
        while True:
            world.site.pause(0.03)
            yield b"x"

    world.site.scripts["/drip"] = drip
    with pytest.raises(TooSlow):
        world.fetch(world.url("/drip", scheme="https"), tls=trusting, seconds=0.3)


def test_plain_http_where_tls_was_expected_is_an_error(world, trusting):
    def plain(sock):
        sock.sendall(ok(b"not TLS"))

    world.site.greet = plain
    with pytest.raises(Unreachable):
        world.fetch(world.url(scheme="https"), tls=trusting)
