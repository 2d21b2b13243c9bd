"""What each act does, and what it does not do for somebody who may not."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from kring.core.errors import Invalid, NotAllowed, NotFound, TooMany
from kring.core.models import RecordedEvent
from kring.members.services import suspend
from kring.network.services import block, leave
from kring.posts import policy
from kring.posts.models import (
    Bookmark,
    Mention,
    Post,
    PostTopic,
    PostVersion,
    Reaction,
    ThreadMute,
    Topic,
)
from kring.posts.services import (
    Draft,
    bookmark,
    comment,
    delete,
    edit,
    mute_thread,
    publish,
    react,
    repost,
    unbookmark,
    unmute_thread,
    unreact,
)
from kring.posts.services.delete import wipe_deleted
from kring.posts.services.store import store
from kring.posts.text import write
from kring.posts.visibility import may_see
from tests.worlds import NOON, event_kinds, last_event, small_town

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def town():
    return small_town()


@pytest.fixture
def post(town):
    return publish(author=town.ada, draft=Draft(text="First words"), now=NOON)


@pytest.fixture
def secret(town):
    """A post that Ada's connections see, and Eve does not."""
    draft = Draft(text="Between us", audience="connections")
    return publish(author=town.ada, draft=draft, now=NOON)


def recorded_by(act):
    before = RecordedEvent.objects.count()
    act()
    return event_kinds()[before:]


# Publishing


def test_publishing_stores_renders_and_records(town):
    draft = Draft(
        text="Hello **@Bob** about #Pensioen and #pensioen",
        goal="find",
        language="nl",
        link_url=" https://example.org/a ",
    )
    post = publish(author=town.ada, draft=draft, now=NOON)
    post.refresh_from_db()
    assert post.html.startswith('<p>Hello <strong><a href="/@bob" ')
    assert (post.words, post.thread_id, post.created_at) == (6, post.pk, NOON)
    assert (post.goal, post.language, post.link_url, post.link_title) == (
        "find",
        "nl",
        "https://example.org/a",
        "",
    )
    assert list(Mention.objects.values_list("post", "identity")) == [(post.pk, town.bob.pk)]
    assert list(Topic.objects.values_list("name", "label")) == [("pensioen", "Pensioen")]
    event = last_event()
    assert (event.post_id, event.author_id) == (post.pk, town.ada.pk)
    assert event_kinds()[-1] == "PostPublished"


def test_only_living_identities_that_one_may_reach_are_mentioned(town):
    suspend(identity=town.cleo, now=NOON)
    text = "@bob @bakery @cleo @mallory @nobody"
    post = publish(author=town.ada, draft=Draft(text=text), now=NOON)
    assert set(Mention.objects.values_list("identity", flat=True)) == {
        town.bob.pk,
        town.bakery.pk,
    }
    assert 'href="/@mallory"' not in post.html
    post = publish(author=town.mallory, draft=Draft(text="@ada @eve"), now=NOON)
    assert not Mention.objects.filter(post=post, identity=town.ada).exists()


BAD_DRAFTS = {
    "empty": Draft(text=" \n "),
    "invisible": Draft(text="\u200b\u2800"),
    "nul only": Draft(text="\x00"),
    "too long": Draft(text="a" * 10_001),
    "far too long": Draft(text="a" * 1_000_000),
    "too many mentions": Draft(text=" ".join(f"@p{n}" for n in range(21))),
    "too many topics": Draft(text=" ".join(f"#t{n}" for n in range(16))),
    "unknown audience": Draft(text="x", audience="all"),
    "unknown goal": Draft(text="x", goal="fame"),
    "odd language": Draft(text="x", language="<script>"),
    "script link": Draft(text="x", link_url="javascript:alert(1)"),
    "link without host": Draft(text="x", link_url="https:///path"),
    "link with a name in it": Draft(text="x", link_url="https://a@b.example"),
    "link with a space": Draft(text="x", link_url="https://a.example/ b"),
    "long link": Draft(text="x", link_url="https://a.example/" + "b" * 1000),
    "broken link": Draft(text="x", link_url="https://[a"),
    "direct to nobody": Draft(text="x", audience="direct"),
    "group without a group": Draft(text="x", audience="group"),
    "a group for a public post": Draft(text="x", group_id=1),
    "long form key": Draft(text="x", client_key="k" * 41),
    "empty form key": Draft(text="x", client_key=""),
    "odd form key": Draft(text="x", client_key="\x00"),
}


@pytest.mark.parametrize("draft", BAD_DRAFTS.values(), ids=BAD_DRAFTS.keys())
def test_a_bad_draft_is_refused_with_a_sentence_and_stores_nothing(town, draft):
    before = event_kinds()
    with pytest.raises(Invalid) as refused:
        publish(author=town.ada, draft=draft, now=NOON)
    assert refused.value.message.endswith(".")
    assert (Post.objects.count(), event_kinds()) == (0, before)
    publish(author=town.ada, draft=Draft(text="x"), now=NOON)


def test_the_limits_are_what_they_say(town):
    text = " ".join([*(f"@p{n}" for n in range(20)), *(f"#t{n}" for n in range(15))])
    publish(author=town.ada, draft=Draft(text=text + "a" * (10_000 - len(text))), now=NOON)


def test_only_members_post_to_a_group(town):
    draft = Draft(text="Rehearsal", audience="group", group_id=town.choir.pk)
    for group_id in (town.choir.pk, town.bakery.pk, town.eve.pk, 1, -1, 2**64):
        with pytest.raises(NotFound):
            publish(
                author=town.eve,
                draft=Draft(text="x", audience="group", group_id=group_id),
                now=NOON,
            )
    assert publish(author=town.bob, draft=draft, now=NOON).group_id == town.choir.pk
    leave(member=town.bob, of=town.choir, now=NOON)
    with pytest.raises(NotFound):
        publish(author=town.bob, draft=draft, now=NOON)


def test_somebody_suspended_cannot_act(town, post):
    suspend(identity=town.bob, now=NOON)
    for act in (
        lambda: publish(author=town.bob, draft=Draft(text="x"), now=NOON),
        lambda: comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=NOON),
        lambda: repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON),
        lambda: react(by=town.bob, post_id=post.pk, kind="like", now=NOON),
        lambda: bookmark(by=town.bob, post_id=post.pk, now=NOON),
        lambda: mute_thread(by=town.bob, post_id=post.pk, now=NOON),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_form_sent_twice_makes_one_post_of_each_kind(town, post):
    for make in (
        lambda key: publish(author=town.bob, draft=Draft(text="x", client_key=key), now=NOON),
        lambda key: comment(
            author=town.bob, in_reply_to=post.pk, draft=Draft(text="x", client_key=key), now=NOON
        ),
        lambda key: repost(
            author=town.bob, post_id=post.pk, draft=Draft(text="x", client_key=key), now=NOON
        ),
    ):
        before = Post.objects.count()
        first = make(f"form-{before}")
        assert recorded_by(lambda make=make, n=before: make(f"form-{n}")) == []
        assert make(f"form-{before}").pk == first.pk
        assert Post.objects.count() == before + 1


def test_a_key_is_one_author_s_own(town):
    draft = Draft(text="x", client_key="k")
    a = publish(author=town.ada, draft=draft, now=NOON)
    b = publish(author=town.bob, draft=draft, now=NOON)
    assert a.pk != b.pk


def test_a_form_that_was_stored_meanwhile_is_found_and_not_stored_again(town):
    draft = Draft(text="x #a", client_key="k")
    written = write(draft.text, author_id=town.ada.pk, limit=100)
    first, new = store(town.ada, draft, written, now=NOON)
    assert new
    again, new = store(town.ada, draft, written, now=NOON)
    assert (again.pk, new) == (first.pk, False)
    assert (Post.objects.count(), PostTopic.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_person_s_requests_at_the_same_moment_wait_for_each_other():
    town = small_town()
    post = publish(author=town.ada, draft=Draft(text="x"), now=NOON)
    # A test's SQLite lives in memory, in one thread; it has one writer at a time anyway.
    threads = 1 if connection.vendor == "sqlite" else 4
    start = threading.Barrier(threads)

    def request(make):
        start.wait()
        try:
            return make().pk
        finally:
            if threads > 1:
                connection.close()

    form = Draft(text="Once", client_key="k")
    acts = [lambda: publish(author=town.bob, draft=form, now=NOON)] * 2
    acts += [lambda: repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON)] * 2
    if threads == 1:
        made = [request(act) for act in acts]
    else:
        with ThreadPoolExecutor(threads) as pool:
            made = list(pool.map(request, acts))
    assert made[0] == made[1]
    assert made[2] == made[3]
    assert Post.objects.filter(author=town.bob).count() == 2


# Comments


def test_a_comment_takes_its_thread_s_audience_whatever_the_form_says(town):
    draft = Draft(text="Rehearsal", audience="group", group_id=town.choir.pk)
    top = publish(author=town.ada, draft=draft, now=NOON)
    first = comment(author=town.bob, in_reply_to=top.pk, draft=Draft(text="I come"), now=NOON)
    second = comment(author=town.ada, in_reply_to=first.pk, draft=Draft(text="Good"), now=LATER)
    for each in (first, second):
        assert (each.audience, each.group_id, each.thread_id) == ("group", town.choir.pk, top.pk)
    event = last_event()
    assert (event.post_id, event.parent_id) == (second.pk, first.pk)
    assert (event.author_id, event.thread_id, event.thread_author_id) == (
        town.ada.pk,
        top.pk,
        town.ada.pk,
    )


def test_a_stranger_cannot_comment_on_what_they_do_not_see(town, secret):
    with pytest.raises(NotFound):
        comment(author=town.eve, in_reply_to=secret.pk, draft=Draft(text="x"), now=NOON)
    comment(author=town.bob, in_reply_to=secret.pk, draft=Draft(text="x"), now=NOON)


def test_a_comment_has_5000_characters(town, post):
    with pytest.raises(Invalid):
        comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="a" * 5_001), now=NOON)
    comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="a" * 5_000), now=NOON)


def test_answering_a_bare_repost_answers_the_original(town, post):
    bare = repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON)
    worded = repost(author=town.bob, post_id=post.pk, draft=Draft(text="Read this"), now=NOON)
    answer = comment(author=town.cleo, in_reply_to=bare.pk, draft=Draft(text="Yes"), now=NOON)
    assert (answer.in_reply_to_id, answer.thread_id) == (post.pk, post.pk)
    answer = comment(author=town.cleo, in_reply_to=worded.pk, draft=Draft(text="Yes"), now=NOON)
    assert answer.thread_id == worded.pk


# Reposts


def test_a_chain_of_reposts_keeps_hop_and_origin_and_counts_own_words(town, post):
    first = repost(author=town.bob, post_id=post.pk, draft=Draft(text="Read this"), now=NOON)
    second = repost(author=town.cleo, post_id=first.pk, draft=Draft(text="Indeed, all"), now=NOON)
    assert (first.repost_of_id, first.origin_id, first.words) == (post.pk, post.pk, 2)
    assert (second.repost_of_id, second.origin_id) == (first.pk, post.pk)
    event = last_event()
    assert (event.origin_id, event.repost_of_id, event.own_words) == (post.pk, first.pk, 2)
    assert (event.author_id, event.origin_author_id) == (town.cleo.pk, town.ada.pk)


def test_sharing_bare_twice_is_sharing_once_until_it_is_taken_back(town, post):
    first = repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON)
    again = recorded_by(lambda: repost(author=town.bob, post_id=first.pk, draft=Draft(), now=NOON))
    assert again == []
    assert Post.objects.filter(origin=post).count() == 1
    delete(by=town.bob, post_id=first.pk, now=NOON)
    assert repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON).pk != first.pk


@pytest.mark.parametrize("audience", ["connections", "group", "direct"])
def test_what_was_for_a_few_is_not_shared_on(town, audience):
    group_id = town.choir.pk if audience == "group" else None
    draft = Draft(text="For @bob", audience=audience, group_id=group_id)
    post = publish(author=town.ada, draft=draft, now=NOON)
    with pytest.raises(NotAllowed):
        repost(author=town.bob, post_id=post.pk, draft=Draft(audience="connections"), now=NOON)
    with pytest.raises(NotFound):
        repost(author=town.dan, post_id=post.pk, draft=Draft(), now=NOON)


@pytest.mark.parametrize(
    ("original", "allowed"),
    [
        ("public", {"public", "unlisted", "members", "connections"}),
        ("unlisted", {"unlisted", "members", "connections"}),
        ("members", {"members", "connections"}),
    ],
)
def test_a_repost_is_for_no_more_people_than_its_original(town, original, allowed):
    post = publish(author=town.ada, draft=Draft(text="x", audience=original), now=NOON)
    for audience in ("public", "unlisted", "members", "connections"):
        draft = Draft(text="mine", audience=audience)
        if audience in allowed:
            repost(author=town.bob, post_id=post.pk, draft=draft, now=NOON)
        else:
            with pytest.raises(Invalid):
                repost(author=town.bob, post_id=post.pk, draft=draft, now=NOON)


def test_a_comment_is_not_shared(town, post):
    answer = comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=NOON)
    with pytest.raises(Invalid):
        repost(author=town.cleo, post_id=answer.pk, draft=Draft(), now=NOON)


# Reactions


def test_a_reaction_on_a_repost_counts_for_the_original(town, post):
    shared = repost(author=town.bob, post_id=post.pk, draft=Draft(text="Read"), now=NOON)
    reaction = react(by=town.cleo, post_id=shared.pk, kind="insightful", now=NOON)
    assert (reaction.post_id, reaction.via_id) == (post.pk, shared.pk)
    event = last_event()
    assert (event.post_id, event.author_id, event.by) == (post.pk, town.ada.pk, town.cleo.pk)
    assert (event.via_id, event.via_author_id, event.previous) == (
        shared.pk,
        town.bob.pk,
        None,
    )


def test_another_reaction_replaces_the_first_and_the_same_changes_nothing(town, post):
    react(by=town.bob, post_id=post.pk, kind="like", now=NOON)
    assert recorded_by(lambda: react(by=town.bob, post_id=post.pk, kind="like", now=NOON)) == []
    react(by=town.bob, post_id=post.pk, kind="helped", now=NOON)
    assert list(Reaction.objects.values_list("kind", flat=True)) == ["helped"]
    assert (last_event().kind, last_event().previous) == ("helped", "like")


def test_taking_a_reaction_back_twice_is_taking_it_back_once(town, post):
    react(by=town.bob, post_id=post.pk, kind="like", now=NOON)
    react(by=town.cleo, post_id=post.pk, kind="like", now=NOON)
    assert recorded_by(lambda: unreact(by=town.bob, post_id=post.pk, now=NOON)) == ["Unreacted"]
    assert recorded_by(lambda: unreact(by=town.bob, post_id=post.pk, now=NOON)) == []
    assert Reaction.objects.get().by_id == town.cleo.pk


def test_a_reaction_is_one_of_six(town, post):
    for kind in ("love", "", "LIKE", "\x00"):
        with pytest.raises(Invalid):
            react(by=town.bob, post_id=post.pk, kind=kind, now=NOON)


def test_a_stranger_cannot_react_bookmark_or_mute_what_they_do_not_see(town, secret):
    for act in (
        lambda by: react(by=by, post_id=secret.pk, kind="like", now=NOON),
        lambda by: unreact(by=by, post_id=secret.pk, now=NOON),
        lambda by: bookmark(by=by, post_id=secret.pk, now=NOON),
        lambda by: unbookmark(by=by, post_id=secret.pk, now=NOON),
        lambda by: mute_thread(by=by, post_id=secret.pk, now=NOON),
        lambda by: unmute_thread(by=by, post_id=secret.pk, now=NOON),
    ):
        with pytest.raises(NotFound):
            act(town.eve)
        act(town.bob)


# Editing and deleting


def test_editing_keeps_every_earlier_wording(town, post):
    edit(editor=town.ada, post_id=post.pk, text="Second words @bob #a", now=LATER)
    edited = edit(editor=town.ada, post_id=post.pk, text="Third #b", now=LATER + timedelta(1))
    assert (edited.version, edited.text, edited.edited_at) == (
        3,
        "Third #b",
        LATER + timedelta(1),
    )
    versions = PostVersion.objects.order_by("version")
    assert list(versions.values_list("version", "text", "written_at")) == [
        (1, "First words", NOON),
        (2, "Second words @bob #a", LATER),
    ]
    assert not Mention.objects.exists()
    assert list(PostTopic.objects.values_list("topic__name", flat=True)) == ["b"]
    assert event_kinds()[-2:] == ["PostEdited", "PostEdited"]


def test_an_edit_lets_nobody_else_in_on_what_was_said_to_a_few(town, post):
    draft = Draft(text="For @bob: we lost", audience="direct")
    secret = publish(author=town.ada, draft=draft, now=NOON)
    for text in ("For @bob and @cleo: we won", "@cleo"):
        with pytest.raises(Invalid, match="more people"):
            edit(editor=town.ada, post_id=secret.pk, text=text, now=NOON)
    assert not may_see(town.cleo.pk, secret)
    edit(editor=town.ada, post_id=secret.pk, text="For @bob and @ada: we won", now=NOON)
    edit(editor=town.ada, post_id=post.pk, text="For @cleo: we won", now=NOON)
    answer = comment(author=town.bob, in_reply_to=secret.pk, draft=Draft(text="No!"), now=NOON)
    edit(editor=town.bob, post_id=answer.pk, text="No, @cleo won", now=NOON)
    assert not may_see(town.cleo.pk, answer)


def test_editing_to_the_same_text_is_not_editing(town, post):
    same = recorded_by(
        lambda: edit(editor=town.ada, post_id=post.pk, text="First words ", now=LATER)
    )
    assert same == []
    assert not PostVersion.objects.exists()


@pytest.mark.parametrize("text", ["", "\u200b", "a" * 10_001])
def test_editing_refuses_what_publishing_refuses(town, post, text):
    with pytest.raises(Invalid):
        edit(editor=town.ada, post_id=post.pk, text=text, now=LATER)
    post.refresh_from_db()
    assert (post.text, post.version) == ("First words", 1)


def test_only_its_author_edits_or_deletes(town, post, secret):
    for act in (
        lambda by, pk: edit(editor=by, post_id=pk, text="Mine now", now=LATER),
        lambda by, pk: delete(by=by, post_id=pk, now=LATER),
    ):
        with pytest.raises(NotAllowed):
            act(town.bob, post.pk)
        with pytest.raises(NotFound):
            act(town.eve, secret.pk)
    post.refresh_from_db()
    assert (post.text, post.deleted_at) == ("First words", None)


def test_deleting_leaves_nothing_of_the_words(town):
    draft = Draft(text="Secret @bob #secret", link_url="https://secret.example/")
    post = publish(author=town.ada, draft=draft, now=NOON)
    Post.objects.filter(pk=post.pk).update(
        link_title="Secret", image_missing="secret.jpg", image_alt="secret"
    )
    edit(editor=town.ada, post_id=post.pk, text="Other secret", now=LATER)
    comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="Oh"), now=LATER)
    delete(by=town.ada, post_id=post.pk, now=LATER)
    assert wipe_deleted(LATER + policy.UNDO_WITHIN) == 1
    [row] = Post.objects.filter(pk=post.pk).values()
    assert "secret" not in str(row).lower()
    assert row["words"] == 0
    for left in (Mention, PostTopic, PostVersion):
        assert not left.objects.filter(post=post).exists()
    assert Post.objects.filter(thread=post, deleted_at=None).count() == 1
    assert event_kinds()[-1] == "PostDeleted"
    with pytest.raises(NotFound):
        delete(by=town.ada, post_id=post.pk, now=LATER)


def test_a_deleted_post_takes_no_more_acts(town, post):
    delete(by=town.ada, post_id=post.pk, now=LATER)
    for act in (
        lambda: comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=LATER),
        lambda: repost(author=town.bob, post_id=post.pk, draft=Draft(), now=LATER),
        lambda: react(by=town.bob, post_id=post.pk, kind="like", now=LATER),
        lambda: edit(editor=town.ada, post_id=post.pk, text="x", now=LATER),
    ):
        with pytest.raises(NotFound):
            act()


# Bookmarks and muted threads


def test_bookmarking_and_muting_twice_is_once_and_so_is_undoing(town, post):
    answer = comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=NOON)
    for act, kinds in (
        (lambda: bookmark(by=town.eve, post_id=post.pk, now=NOON), ["Bookmarked"]),
        (lambda: unbookmark(by=town.eve, post_id=post.pk, now=NOON), ["Unbookmarked"]),
        (lambda: mute_thread(by=town.eve, post_id=answer.pk, now=NOON), ["ThreadMuted"]),
        (lambda: unmute_thread(by=town.eve, post_id=post.pk, now=NOON), ["ThreadUnmuted"]),
    ):
        assert recorded_by(act) == kinds
        assert recorded_by(act) == []
    assert not Bookmark.objects.exists()
    assert not ThreadMute.objects.exists()


def test_undoing_is_undoing_one_s_own(town, post):
    for by in (town.bob, town.eve):
        bookmark(by=by, post_id=post.pk, now=NOON)
        mute_thread(by=by, post_id=post.pk, now=NOON)
    unbookmark(by=town.eve, post_id=post.pk, now=NOON)
    unmute_thread(by=town.eve, post_id=post.pk, now=NOON)
    assert Bookmark.objects.get().by_id == town.bob.pk
    assert ThreadMute.objects.get().by_id == town.bob.pk


# Limits


def test_at_most_twenty_posts_an_hour_reposts_included(town, post):
    window = policy.POSTS.window
    for number in range(policy.POSTS.count - 1):
        publish(author=town.bob, draft=Draft(text="x"), now=NOON + timedelta(minutes=number))
    repost(author=town.bob, post_id=post.pk, draft=Draft(), now=NOON + timedelta(minutes=30))
    late = NOON + timedelta(minutes=50)
    for act in (
        lambda now: publish(author=town.bob, draft=Draft(text="x"), now=now),
        lambda now: repost(author=town.bob, post_id=post.pk, draft=Draft(text="x"), now=now),
    ):
        with pytest.raises(TooMany) as refused:
            act(late)
        assert refused.value.retry_after == (window - timedelta(minutes=50)).total_seconds()
    publish(author=town.ada, draft=Draft(text="x"), now=late)
    comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=late)
    publish(author=town.bob, draft=Draft(text="x"), now=NOON + window + timedelta(seconds=1))


def test_at_most_thirty_comments_in_ten_minutes(town, post):
    def answer(now):
        comment(author=town.bob, in_reply_to=post.pk, draft=Draft(text="x"), now=now)

    for _ in range(policy.COMMENTS.count):
        answer(NOON)
    with pytest.raises(TooMany) as refused:
        answer(LATER)
    assert refused.value.retry_after == 300
    answer(LATER + timedelta(minutes=6))


def test_at_most_sixty_reactions_a_minute(town, post):
    posts = Post.objects.bulk_create(
        Post(id=n, thread_id=n, author=town.ada, text="x", created_at=NOON) for n in range(1, 62)
    )
    for each in posts[:60]:
        react(by=town.bob, post_id=each.pk, kind="like", now=NOON)
    with pytest.raises(TooMany) as refused:
        react(by=town.bob, post_id=posts[60].pk, kind="like", now=NOON + timedelta(seconds=20))
    assert refused.value.retry_after == 40
    react(by=town.bob, post_id=posts[60].pk, kind="like", now=NOON + timedelta(seconds=61))


def test_a_block_closes_every_act_both_ways(town, post):
    block(blocker=town.bob, blocked=town.ada, now=NOON)
    theirs = publish(author=town.bob, draft=Draft(text="x"), now=NOON)
    for who, what in ((town.bob, post), (town.ada, theirs)):
        with pytest.raises(NotFound):
            comment(author=who, in_reply_to=what.pk, draft=Draft(text="x"), now=NOON)
        with pytest.raises(NotFound):
            react(by=who, post_id=what.pk, kind="like", now=NOON)
