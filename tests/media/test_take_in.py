"""What anybody may send, and what becomes of it."""

from __future__ import annotations

import io
import os
from datetime import timedelta

import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin

from kring.core.errors import TooMany
from kring.media import decode, decoder, files, policy
from kring.media.models import Image
from kring.media.services import Refused, clean_up, discard, store_generated, take_in
from tests.media.pictures import OTHERS, POLYGLOTS, SCRIPT, bomb, picture, telling_photo
from tests.worlds import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_pictures")]
ADA = 7


def sent(content, purpose="post", by=ADA, now=NOON):
    return take_in(io.BytesIO(content), by=by, purpose=purpose, now=now)


def opened(image, size):
    return Pillow.open(io.BytesIO(files.read(image.pk, size)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_kind_becomes_sizes_of_our_own(kind):
    image = sent(picture(kind, (1000, 500)))
    assert (image.width, image.height, image.sizes) == (1000, 500, (480, 960, 1600))
    shown = [opened(image, size) for size in image.sizes]
    assert [(one.format, one.size) for one in shown] == [
        ("WEBP", (480, 240)), ("WEBP", (960, 480)), ("WEBP", (1000, 500)),
    ]  # fmt: skip
    red, _green, blue = shown[0].convert("RGB").getpixel((400, 200))
    assert red > 150 > blue
    assert image.bytes == sum(len(files.read(image.pk, size)) for size in image.sizes)


def test_a_small_picture_is_not_made_larger():
    image = sent(picture(size=(200, 100)))
    assert (image.sizes, image.width) == ((480,), 200)
    assert opened(image, 480).size == (200, 100)


@pytest.mark.parametrize("purpose", ["portrait", "logo"])
def test_a_portrait_is_cut_square_from_the_middle(purpose):
    image = sent(picture(size=(300, 100)), purpose)
    assert image.sizes == (64, 128, 256)
    assert [opened(image, size).size for size in image.sizes] == [(64, 64), (128, 128), (256, 256)]
    # A third of the width is left, half of which was blue at the top.
    blue = opened(image, 64).convert("RGB").getpixel((8, 8))
    red = opened(image, 64).convert("RGB").getpixel((56, 8))
    assert blue[2] > 150
    assert red[0] > 150


def test_only_the_first_frame_of_an_animation_is_shown():
    frames = [Pillow.new("RGB", (40, 40), colour) for colour in ("red", "blue", "lime")]
    out = io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    shown = opened(sent(out.getvalue()), 480)
    assert getattr(shown, "n_frames", 1) == 1
    assert shown.convert("RGB").getpixel((20, 20))[0] > 200


def test_a_photo_stands_upright_and_tells_nothing():
    content = telling_photo()
    before = Pillow.open(io.BytesIO(content))
    assert before.size == (600, 400)
    assert before.getexif()
    image = sent(content)
    shown = opened(image, 480)
    assert shown.size == (400, 600)
    # Turned to the right, what was at the top left is at the top right.
    assert shown.convert("RGB").getpixel((350, 50))[2] > 150
    assert not shown.getexif()
    assert not {"exif", "xmp", "icc_profile"} & shown.info.keys()


@pytest.mark.parametrize("name", POLYGLOTS)
def test_nothing_but_pixels_comes_through(name):
    content = POLYGLOTS[name]()
    assert SCRIPT in content or b"META-INF" in content
    image = sent(content)
    for size in image.sizes:
        kept = files.read(image.pk, size)
        assert kept[:4] == b"RIFF"
        assert len(kept) == int.from_bytes(kept[4:8], "little") + 8
        assert SCRIPT not in kept
        assert b"META-INF" not in kept
        assert b"alert" not in kept


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_no_picture_is_refused_in_a_sentence(name):
    with pytest.raises(Refused) as refused:
        sent(OTHERS[name])
    assert refused.value.status == 422
    assert refused.value.message.endswith(".")
    assert refused.value.field == "image"
    assert not Image.objects.exists()
    assert not any(files.root().rglob("*.webp"))


def test_a_wrong_name_in_the_first_bytes_is_refused_as_damaged():
    """It begins like a JPEG and is none; a PNG's decoder never sees it."""
    with pytest.raises(Refused) as refused:
        sent(b"\xff\xd8\xff" + picture("PNG"))
    assert refused.value.code == "damaged"
    with pytest.raises(Refused) as refused:
        sent(picture("JPEG")[:300])
    assert refused.value.code == "damaged"


def test_bombs_are_refused_before_they_are_decoded(monkeypatch):
    content = bomb()
    assert len(content) < 10_000
    with pytest.raises(Refused) as refused:
        sent(content)
    assert refused.value.code == "pixels"
    # Here, where it can be seen that nothing is loaded; the second is one that Pillow would take.
    loaded = []
    with monkeypatch.context() as patch:
        patch.setattr(PngImagePlugin.PngImageFile, "load", loaded.append)
        for content in (bomb(), bomb(8000, 6000)):
            with pytest.raises(decode.Unusable, match="pixels"):
                decode.render(
                    io.BytesIO(content), kind="PNG", sizes=(480,), square=False,
                    pixels=policy.PIXELS, side=policy.SIDE,
                )  # fmt: skip
    assert loaded == []
    # The same shape within the limit is decoded, and only then found to be cut short.
    with pytest.raises(Refused) as refused:
        sent(bomb(4000, 4000))
    assert refused.value.code == "damaged"


def test_a_file_over_the_limit_is_refused_without_reading_on():
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += size
            return b"\xff\xd8\xff" + b"\0" * (size - 3) if self.given == size else b"\0" * size

    upload = Endless()
    with pytest.raises(Refused) as refused:
        take_in(upload, by=ADA, purpose="post", now=NOON)
    assert refused.value.status == 413
    assert upload.given <= policy.FILE_BYTES + (1 << 17)


def test_each_limit_of_a_day_fires_for_one_person_alone(monkeypatch):
    monkeypatch.setattr(policy, "IMAGES_A_DAY", 2)
    first = sent(picture())
    sent(picture())
    with pytest.raises(TooMany):
        sent(picture())
    sent(picture(), by=8)
    sent(picture(), now=NOON + timedelta(days=1, seconds=1))
    monkeypatch.setattr(policy, "IMAGES_A_DAY", 60)
    monkeypatch.setattr(policy, "BYTES_A_DAY", 2 * first.bytes)
    with pytest.raises(TooMany):
        sent(picture())


def test_more_pictures_at_once_than_decoders_are_told_to_wait(monkeypatch):
    monkeypatch.setattr(policy, "DECODER_PATIENCE", 0.01)
    monkeypatch.setattr(decoder, "_free", type(decoder._free)(1))
    with decoder._free, pytest.raises(TooMany):
        sent(picture())
    sent(picture())


def test_what_nothing_uses_goes_after_a_day_and_strays_with_it():
    image = sent(picture())
    stray = files.path_of(999, 480)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"left by a crash")
    for path in (stray, *(files.path_of(image.pk, size) for size in image.sizes)):
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    assert clean_up(NOON + timedelta(hours=23)) == 0
    assert files.read(image.pk, 480)
    assert stray.exists()


@pytest.mark.django_db(transaction=True)
def test_discarding_removes_row_and_files_together():
    sent(picture())
    stray = files.path_of(999, 480)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"left by a crash")
    os.utime(stray, (NOON.timestamp(), NOON.timestamp()))
    assert clean_up(NOON + timedelta(days=1, minutes=1)) == 2
    assert not Image.objects.exists()
    assert not any(files.root().rglob("*.webp"))
    other = sent(picture())
    discard([other.pk])
    assert not Image.objects.exists()
    assert not any(files.root().rglob("*.webp"))


def test_drawings_of_our_own_take_the_same_shape_in_this_process(monkeypatch):
    monkeypatch.setattr(decoder.subprocess, "run", None)
    image = store_generated(picture("PNG", (300, 300)), by=ADA, purpose="portrait", now=NOON)
    assert [opened(image, size).size for size in image.sizes] == [(64, 64), (128, 128), (256, 256)]
