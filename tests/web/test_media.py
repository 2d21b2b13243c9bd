"""Who may see which picture, and what a form with pictures may be."""

from __future__ import annotations

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kring.core import clock
from kring.core.errors import Invalid
from kring.core.undoing import UNDO_WITHIN
from kring.media import files, policy
from kring.media.models import Image
from kring.media.services import take_in
from kring.members.portrait import remove_portrait, set_portrait
from kring.members.services import delete_identity
from kring.network.services import block
from kring.posts.models import Post, PostImage
from kring.posts.services import Draft, delete, publish
from kring.posts.services.delete import wipe_deleted
from kring.web import devices, limits, uploads
from tests.media.pictures import OTHERS, picture
from tests.web.visits import sign_in
from tests.worlds import small_town

SCRIPT = {"Accept": "application/json"}
ALT = 'A red "barn" & <i>sheep</i>'


@pytest.fixture
def town(db, own_pictures):
    cache.clear()
    return small_town(now=clock.utc_now())


def sent(by, purpose="post", size=(600, 400)):
    return take_in(io.BytesIO(picture(size=size)), by=by.pk, purpose=purpose, now=clock.utc_now())


def shown(by, audience="public", **more):
    image = sent(by)
    draft = Draft(text="Look, @bob.", audience=audience, images=((image.pk, ALT),), **more)
    return image, publish(author=by, draft=draft, now=clock.utc_now())


def status(image, who=None, size=480):
    client = Client() if who is None else sign_in(who)
    return client.get(f"/media/{image.pk}/{size}.webp").status_code


AUDIENCES = {
    "public": {"nobody", "ada", "bob", "eve"},
    "unlisted": {"nobody", "ada", "bob", "eve"},
    "members": {"ada", "bob", "eve"},
    "connections": {"ada", "bob"},
    "direct": {"ada", "bob"},
}


@pytest.mark.parametrize("audience", AUDIENCES)
def test_a_picture_is_for_whom_its_post_is_for(town, audience):
    image, _post = shown(town.ada, audience)
    people = {"nobody": None, "ada": town.ada, "bob": town.bob, "eve": town.eve}
    may = {name for name, who in people.items() if status(image, who) == 200}
    assert may == AUDIENCES[audience]
    answer = sign_in(town.bob).get(f"/media/{image.pk}/480.webp")
    everybody = audience in ("public", "unlisted")
    kept = "public, max-age=600, must-revalidate" if everybody else "private, no-cache"
    assert answer["Cache-Control"] == kept


def test_a_cache_that_asks_again_learns_that_a_picture_is_gone(town):
    """It must ask once the post cannot come back, and nobody's old copy is confirmed."""
    image, post = shown(town.ada)
    at, people = f"/media/{image.pk}/480.webp", [Client(), sign_in(town.bob), sign_in(town.ada)]
    answers = [client.get(at) for client in people]
    for answer in answers:
        kept_for = int(answer["Cache-Control"].removeprefix("public, max-age=").split(",")[0])
        assert kept_for <= UNDO_WITHIN.total_seconds()
    tag = {"If-None-Match": answers[0]["ETag"]}
    assert {client.get(at, headers=tag).status_code for client in people} == {304}
    delete(by=town.ada, post_id=post.pk, now=clock.utc_now())
    # Its author sent it, and may see it until its file goes with the words.
    for headers in ({}, tag):
        assert [client.get(at, headers=headers).status_code for client in people[:2]] == [404, 404]
    wipe_deleted(clock.utc_now() + UNDO_WITHIN)
    for headers in ({}, tag):
        assert {client.get(at, headers=headers).status_code for client in people} == {404}


def test_what_nothing_refers_to_is_for_its_sender_alone(town):
    image = sent(town.ada)
    assert [status(image, who) for who in (town.ada, town.bob, None)] == [200, 404, 404]
    with pytest.raises(Invalid):
        publish(
            author=town.bob, draft=Draft(text="Mine", images=((image.pk, ""),)),
            now=clock.utc_now(),
        )  # fmt: skip
    assert not Post.objects.filter(author=town.bob).exists()


def test_whom_the_author_blocked_sees_no_picture_of_theirs(town):
    image, _post = shown(town.ada, "members")
    assert status(image, town.eve) == 200
    block(blocker=town.ada, blocked=town.eve, now=clock.utc_now())
    assert status(image, town.eve) == 404


def test_a_picture_is_served_as_nothing_but_a_picture(town):
    image, _post = shown(town.ada)
    answer = Client().get(f"/media/{image.pk}/480.webp")
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Disposition"] == "inline"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    again = Client().get(f"/media/{image.pk}/480.webp", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_there_are_no_other_addresses(town):
    image, _post = shown(town.ada)
    assert status(image, size=960) == 200
    for path in (f"{image.pk}/1600", f"{image.pk}/64", f"{image.pk}/0", "0/480", "1/480",
                 f"{2**63}/480", f"{image.pk}/{2**70}"):  # fmt: skip
        assert Client().get(f"/media/{path}.webp").status_code == 404


def test_a_portrait_is_for_whom_the_person_is_for_and_stands_on_cards(town):
    image = sent(town.ada, "portrait")
    set_portrait(identity=town.ada, image_id=image.pk, sent_by=town.ada.pk, now=clock.utc_now())
    shown(town.ada)
    page = sign_in(town.bob).get("/@ada").content.decode()
    assert f'<img src="/media/{image.pk}/128.webp" alt="" width="128" height="128"' in page
    assert [status(image, who, 64) for who in (None, town.bob, town.mallory)] == [200, 200, 404]
    other = sent(town.bob, "portrait")
    with pytest.raises(Invalid):
        set_portrait(identity=town.ada, image_id=other.pk, sent_by=town.ada.pk, now=clock.utc_now())
    remove_portrait(identity=town.ada, now=clock.utc_now())
    assert status(image, town.bob, 64) == 404
    assert f"/media/{image.pk}/" not in sign_in(town.bob).get("/@ada").content.decode()


def test_a_card_shows_its_pictures_with_their_words(town):
    first, second = sent(town.ada), sent(town.ada, size=(2000, 1000))
    draft = Draft(text="Two barns.", images=((first.pk, ALT), (second.pk, "")))
    post = publish(author=town.ada, draft=draft, now=clock.utc_now())
    page = Client().get(f"/posts/{post.pk}").content.decode()
    assert page.count('class="pic ') == 2
    assert "pics--2" in page
    assert "A red &quot;barn&quot; &amp; &lt;i&gt;sheep&lt;/i&gt;" in page
    assert "<i>sheep" not in page
    assert f'href="/media/{second.pk}/1600.webp"' in page
    assert f"/media/{second.pk}/960.webp 960w" in page
    assert 'width="1600" height="800"' in page
    assert "Picture without a description" in page


@pytest.mark.django_db(transaction=True)
def test_deleting_a_post_a_portrait_or_a_person_leaves_no_file(own_pictures):
    cache.clear()
    town = small_town(now=clock.utc_now())
    _image, post = shown(town.ada)
    kept, _other = shown(town.bob)
    deleted_at = clock.utc_now()
    delete(by=town.ada, post_id=post.pk, now=deleted_at)
    wipe_deleted(deleted_at + UNDO_WITHIN)
    assert not PostImage.objects.filter(post=post).exists()
    portrait = sent(town.ada, "portrait")
    set_portrait(identity=town.ada, image_id=portrait.pk, sent_by=town.ada.pk, now=clock.utc_now())
    delete_identity(identity=town.ada, now=clock.utc_now())
    assert list(Image.objects.values_list("pk", flat=True)) == [kept.pk]
    assert {image_id for _path, image_id in files.stored()} == {kept.pk}


def form(**more):
    return {"text": "With a picture.", "audience": "public", "client_key": "k1", **more}


def upload(content=None, name="barn.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, picture() if content is None else content, kind)


def test_a_form_without_scripts_takes_pictures(town):
    ada = sign_in(town.ada)
    answer = ada.post("/posts/new", form(image1=upload(), alt1=ALT, image3=upload(), alt3="Third"))
    assert answer.status_code == 303
    rows = PostImage.objects.order_by("position").values_list("alt", "position")
    assert list(rows) == [(ALT, 1), ("Third", 2)]
    assert Post.objects.get().image_count == 2


@pytest.mark.parametrize("name", ["svg", "html", "pdf", "heic", "nothing"])
def test_a_form_with_something_else_comes_back_with_its_words(town, name):
    ada = sign_in(town.ada)
    sent_form = form(image1=upload(OTHERS[name] or b" ", "barn.jpg"), alt1="My barn")
    answer = ada.post("/posts/new", sent_form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "With a picture." in page
    assert 'value="My barn"' in page
    assert not Post.objects.exists()


def test_what_was_taken_in_is_not_asked_for_again(town):
    ada = sign_in(town.ada)
    answer = ada.post("/posts/new", form(text=" ", image2=upload(), alt2="Barn"))
    image = Image.objects.get()
    assert answer.status_code == 422
    assert f'name="image_id2" value="{image.pk}"' in answer.content.decode()
    answer = ada.post("/posts/new", form(image_id2=str(image.pk), alt2="Barn"))
    assert answer.status_code == 303
    assert Post.objects.get().images.get().image_id == image.pk


def test_a_file_over_the_limit_is_left_and_the_words_stay(town, monkeypatch):
    monkeypatch.setattr(policy, "FILE_BYTES", 100_000)
    big = upload(b"\xff\xd8\xff" + b"\0" * 100_000)
    answer = sign_in(town.ada).post("/posts/new", form(image1=big))
    assert answer.status_code == 413
    assert "With a picture." in answer.content.decode()
    assert not Post.objects.exists()
    assert not Image.objects.exists()


def test_a_body_over_the_limit_is_refused_by_its_announced_length(town):
    ada = sign_in(town.ada)

    class Unread(io.RawIOBase):
        def read(self, size=-1):
            raise AssertionError("read a body that is too large")

    answer = ada.generic(
        "POST", "/posts/new", b"x", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(50 * policy.MIB), **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()


def test_pictures_one_by_one(town, monkeypatch):
    ada = sign_in(town.ada, headers=SCRIPT)
    answer = ada.post("/media/new", {"image": upload()})
    assert answer.status_code == 201
    image = Image.objects.get()
    assert answer.json()["id"] == str(image.pk)
    assert image.uploaded_by == town.ada.pk
    assert ada.post("/media/new", {"image": upload(), "purpose": "preview"}).status_code == 404
    refused = ada.post("/media/new", {"image": upload(OTHERS["svg"])})
    assert refused.status_code == 422
    assert refused.json()["code"] == "kind"
    assert ada.post("/media/new").status_code == 422
    monkeypatch.setattr(uploads, "UPLOADS_A_MINUTE", 0)
    monkeypatch.setattr("kring.web.views.media.UPLOADS_A_MINUTE", 0)
    assert ada.post("/media/new", {"image": upload()}).status_code == 429
    assert ada.post("/posts/new", form(image1=upload())).status_code == 429
    assert Client().post("/media/new", {"image": upload()}).status_code == 302


def test_a_script_that_sends_a_picture_is_always_answered_in_a_sentence(town, monkeypatch):
    """Whatever refuses it: the net below all acts, the reader of forms, the forms' token."""
    ada = sign_in(town.ada, headers=SCRIPT)
    with monkeypatch.context() as patched:
        patched.setattr(limits, "ACTS_A_MINUTE", 0)
        net = ada.post("/media/new", {"image": upload()})
    assert (net.status_code, net.json()["code"]) == (429, "too_many")
    assert 0 < int(net["Retry-After"]) <= 60
    large = ada.generic(
        "POST", "/media/new", b"x", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(50 * policy.MIB),
    )  # fmt: skip
    forged = sign_in(town.ada, headers=SCRIPT, enforce_csrf_checks=True).post("/media/new")
    for answer, status in ((net, 429), (large, 413), (forged, 403)):
        assert answer.status_code == status
        assert answer.json()["error"].endswith(".")
    assert "<main" in sign_in(town.ada).post("/media/new").content.decode()


def test_too_many_pictures_and_too_long_words_are_refused(town):
    five = tuple((sent(town.ada).pk, "") for _ in range(5))
    for images in (five, (five[0], five[0]), ((five[0][0], "x" * 1001),), ((2**70, ""),)):
        draft = Draft(text="Barns", images=images)
        with pytest.raises(Invalid):
            publish(author=town.ada, draft=draft, now=clock.utc_now())
    assert not Post.objects.exists()
    publish(author=town.ada, draft=Draft(text="Barns", images=five[:4]), now=clock.utc_now())
    with pytest.raises(Invalid):
        publish(author=town.ada, draft=Draft(text="Again", images=five[:1]), now=clock.utc_now())


def test_what_caches_may_keep_carries_nobody_s_session(town):
    """A browser not seen for an hour is noted with its next page, not with a picture."""
    image, _post = shown(town.ada)
    client = sign_in(town.bob)
    session = client.session
    session[devices.SEEN] = 0
    session.save()
    for path in (f"/media/{image.pk}/480.webp", "/community/colours/0d6648.css"):
        answer = client.get(path)
        assert answer["Cache-Control"].startswith("public")
        assert not answer.cookies
    assert "sessionid" in client.get("/").cookies
