import pytest

from kring.core.errors import Invalid, NotFound
from kring.core.models import RecordedEvent
from kring.members.models import Identity
from kring.members.services import delete_identity, restore, suspend
from kring.network import queries, services
from kring.network.models import Connection, Follow
from kring.network.queries import Relation
from tests.worlds import NOON, event_kinds, last_event, small_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town():
    return small_town()


def recorded_by(act):
    before = RecordedEvent.objects.count()
    act()
    return event_kinds()[before:]


def test_connecting_is_mutual_and_repeating_it_is_nothing(town):
    def meet():
        services.connect(a=town.ada, b=town.eve, now=NOON)

    assert recorded_by(meet) == ["Connected"]
    assert (last_event().a, last_event().b) == (town.ada.pk, town.eve.pk)
    assert town.eve.pk in queries.connection_ids(town.ada.pk)
    assert town.ada.pk in queries.connection_ids(town.eve.pk)
    assert recorded_by(meet) == []
    assert recorded_by(lambda: services.connect(a=town.eve, b=town.ada, now=NOON)) == []


def test_disconnecting_from_either_side_ends_both_and_no_other(town):
    assert recorded_by(lambda: services.disconnect(a=town.bob, b=town.ada, now=NOON)) == [
        "Disconnected"
    ]
    assert queries.connection_ids(town.ada.pk) == []
    assert queries.connection_ids(town.bob.pk) == [town.cleo.pk]
    assert recorded_by(lambda: services.disconnect(a=town.ada, b=town.bob, now=NOON)) == []


def test_following_is_one_way_and_repeating_it_is_nothing(town):
    def follow():
        services.follow(follower=town.eve, followed=town.bakery, now=NOON)

    def unfollow():
        services.unfollow(follower=town.eve, followed=town.bakery, now=NOON)

    assert recorded_by(follow) == ["Followed"]
    assert queries.followed_ids(town.eve.pk) == [town.bakery.pk]
    assert queries.followed_ids(town.bakery.pk) == []
    assert recorded_by(follow) == []
    assert recorded_by(unfollow) == ["Unfollowed"]
    assert recorded_by(unfollow) == []


TIES = {
    "connect": lambda a, b: services.connect(a=a, b=b, now=NOON),
    "follow": lambda a, b: services.follow(follower=a, followed=b, now=NOON),
    "mute": lambda a, b: services.mute(muter=a, muted=b, now=NOON),
}


@pytest.mark.parametrize("tie", [*TIES.values()], ids=TIES)
def test_no_tie_with_somebody_who_blocked_one_whom_one_blocked_or_who_is_gone(town, tie):
    for a, b in ((town.mallory, town.ada), (town.ada, town.mallory)):
        with pytest.raises(NotFound):
            tie(a, b)
    suspend(identity=town.eve, now=NOON)
    with pytest.raises(NotFound):
        tie(town.bob, town.eve)
    restore(identity=town.eve, now=NOON)
    tie(town.bob, town.eve)
    delete_identity(identity=town.cleo, now=NOON)
    with pytest.raises(NotFound):
        tie(town.dan, town.cleo)
    with pytest.raises(NotFound):
        tie(town.dan, Identity(id=5, name="Nobody", kind="person", created_at=NOON))


@pytest.mark.parametrize(
    "tie",
    [
        *TIES.values(),
        lambda a, b: services.block(blocker=a, blocked=b, now=NOON),
        lambda a, b: services.join(member=a, of=b, role="member", now=NOON),
    ],
)
def test_no_tie_with_oneself(town, tie):
    with pytest.raises(Invalid):
        tie(town.ada, town.ada)


def test_connections_are_between_people(town):
    with pytest.raises(Invalid):
        services.connect(a=town.ada, b=town.bakery, now=NOON)


def test_blocking_ends_every_tie_both_ways_and_unblocking_brings_none_back(town):
    services.follow(follower=town.ada, followed=town.bob, now=NOON)
    services.follow(follower=town.bob, followed=town.ada, now=NOON)
    assert recorded_by(lambda: services.block(blocker=town.ada, blocked=town.bob, now=NOON)) == [
        "Blocked",
        "Disconnected",
        "Unfollowed",
        "Unfollowed",
    ]
    assert not Connection.objects.filter(owner__in=(town.ada, town.bob)).filter(
        other__in=(town.ada, town.bob)
    )
    assert not Follow.objects.filter(follower__in=(town.ada, town.bob)).exists()
    assert queries.hidden_from(town.bob.pk) == {town.ada.pk}
    assert queries.hidden_from(town.ada.pk) == {town.bob.pk, town.mallory.pk}
    assert recorded_by(lambda: services.block(blocker=town.ada, blocked=town.bob, now=NOON)) == []
    # The blocked person's own unblocking is not an answer to it.
    assert recorded_by(lambda: services.unblock(blocker=town.bob, blocked=town.ada, now=NOON)) == []
    assert recorded_by(lambda: services.unblock(blocker=town.ada, blocked=town.bob, now=NOON)) == [
        "Unblocked"
    ]
    assert queries.hidden_from(town.bob.pk) == set()
    assert queries.connection_ids(town.ada.pk) == []


def test_muting_is_one_s_own(town):
    services.mute(muter=town.eve, muted=town.bob, now=NOON)
    services.mute(muter=town.dan, muted=town.bob, now=NOON)
    assert recorded_by(lambda: services.mute(muter=town.eve, muted=town.bob, now=NOON)) == []
    assert recorded_by(lambda: services.unmute(muter=town.eve, muted=town.bob, now=NOON)) == [
        "Unmuted"
    ]
    assert recorded_by(lambda: services.unmute(muter=town.eve, muted=town.bob, now=NOON)) == []
    assert queries.muted_ids(town.eve.pk) == set()
    assert queries.muted_ids(town.dan.pk) == {town.bob.pk}


def test_joining_changing_role_and_leaving(town):
    def join(role):
        return recorded_by(
            lambda: services.join(member=town.eve, of=town.choir, role=role, now=NOON)
        )

    assert join("member") == ["Joined"]
    assert queries.membership_ids(town.eve.pk) == [town.choir.pk]
    assert join("member") == []
    assert join("editor") == ["Joined"]
    assert (last_event().member, last_event().of, last_event().role) == (
        town.eve.pk,
        town.choir.pk,
        "editor",
    )
    leave = lambda: services.leave(member=town.eve, of=town.choir, now=NOON)  # noqa: E731
    assert recorded_by(leave) == ["Left"]
    assert recorded_by(leave) == []
    assert queries.membership_ids(town.eve.pk) == []


def test_one_joins_groups_and_pages_in_a_role_that_exists(town):
    with pytest.raises(Invalid):
        services.join(member=town.eve, of=town.ada, role="member", now=NOON)
    with pytest.raises(Invalid):
        services.join(member=town.eve, of=town.choir, role="king", now=NOON)


def test_relation_says_what_one_is_to_the_other(town, django_assert_num_queries):
    services.mute(muter=town.dan, muted=town.ada, now=NOON)
    with django_assert_num_queries(4):
        assert queries.relation(town.ada.pk, town.bob.pk) == Relation(connected=True)
    assert queries.relation(town.dan.pk, town.ada.pk) == Relation(following=True, muted=True)
    assert queries.relation(town.ada.pk, town.dan.pk) == Relation(followed_by=True)
    assert queries.relation(town.ada.pk, town.mallory.pk) == Relation(blocked=True, hidden=True)
    assert queries.relation(town.mallory.pk, town.ada.pk) == Relation(hidden=True)
    with django_assert_num_queries(0):
        assert queries.relation(town.ada.pk, town.ada.pk) == Relation(is_self=True)
