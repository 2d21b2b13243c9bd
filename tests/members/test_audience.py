"""Which parts of a profile are for whom: each section, each audience, each place to stand."""

from itertools import pairwise, product

import pytest

from kring.core.errors import Invalid, NotFound
from kring.members import services
from kring.members.audience import (
    Closeness,
    audiences_of,
    audiences_to_choose,
    kept_from_members,
    sections_for,
)
from kring.members.models import Section, SectionAudience, ShownTo
from kring.members.queries import profile_of
from kring.posts.visibility import profile_for
from tests.worlds import NOON, event_kinds, small_town

pytestmark = pytest.mark.django_db


def full_profile(identity):
    """Each section says its own name, so that one can see which are there."""
    services.update_profile(
        identity=identity, now=NOON, headline="the card", city="the personal",
        about="the about", uses_network_for="the use", skills=["the skills"],
        positions=[{"organisation_name": "the positions"}], links=[("the links", "https://a.nl/")],
        education=[{"school_name": "the education"}], languages=[("nl", "the languages")],
    )  # fmt: skip


def said(profile) -> set[str]:
    """The sections of which something can be read."""
    words = " ".join([
        profile.headline, profile.city, profile.about_html, profile.uses_network_for,
        *(one.organisation_name for one in profile.positions),
        *(one.school_name for one in profile.education), *(one.name for one in profile.skills),
        *(one.level for one in profile.languages), *(one.label for one in profile.links),
    ])  # fmt: skip
    return {section for section in Section.values if f"the {section}" in words}


def test_without_a_choice_the_web_sees_a_card_and_members_the_rest():
    town = small_town()
    full_profile(town.ada)
    assert said(profile_for(None, town.ada)) == {"card"}
    assert said(profile_for(town.eve.pk, town.ada)) == set(Section.values)
    full_profile(town.bakery)
    assert said(profile_for(None, town.bakery)) == set(Section.values)


def test_every_section_is_seen_by_its_audience_and_nobody_else():
    town = small_town()
    full_profile(town.ada)
    viewers = {
        Closeness.ANYBODY: None, Closeness.MEMBER: town.eve.pk,
        Closeness.CONNECTION: town.bob.pk, Closeness.SELF: town.ada.pk,
    }  # fmt: skip
    needed = {"public": 0, "members": 1, "connections": 2}
    for section in Section:
        for to in audiences_to_choose(section):
            chosen = dict.fromkeys(Section, ShownTo.PUBLIC) | {section: to}
            services.update_profile(identity=town.ada, now=NOON, shown_to=chosen)
            for closeness, viewer in viewers.items():
                if section == Section.CARD and closeness < needed[to]:
                    with pytest.raises(NotFound):
                        profile_for(viewer, town.ada)
                    continue
                seen = said(profile_for(viewer, town.ada))
                expected = set(Section.values) - ({section} if closeness < needed[to] else set())
                assert seen == expected, (section, to, closeness)
            with pytest.raises(NotFound):
                profile_for(town.mallory.pk, town.ada)


def test_a_card_for_members_leaves_nothing_on_the_web():
    for audiences in product(ShownTo, repeat=2):
        shown = dict.fromkeys(Section, audiences[0]) | {Section.ABOUT: audiences[1]}
        shown |= {Section.CARD: ShownTo.MEMBERS}
        assert sections_for(Closeness.ANYBODY, shown) == frozenset()


def test_a_closer_place_never_shows_less():
    for audiences in product(ShownTo, repeat=3):
        shown = dict.fromkeys(Section, audiences[0])
        shown |= {Section.SKILLS: audiences[1], Section.CARD: audiences[2]}
        seen = [sections_for(closeness, shown) for closeness in Closeness]
        assert all(one <= closer for one, closer in pairwise(seen))


def test_what_was_chosen_is_kept_and_told_once():
    town = small_town()
    before = len(event_kinds())
    for _again in range(2):
        services.update_profile(
            identity=town.ada, now=NOON, shown_to={"skills": "connections", "about": "members"}
        )
    assert len(event_kinds()) == before + 1
    assert audiences_of(town.ada)[Section.SKILLS] == ShownTo.CONNECTIONS
    assert kept_from_members([town.ada.pk, town.bob.pk]) == {(town.ada.pk, "skills")}


@pytest.mark.parametrize(
    "shown_to",
    [{"card": "connections"}, {"skills": "nobody"}, {"shoes": "public"}, {"skills": ""}],
)
def test_an_audience_that_there_is_not_is_refused(shown_to):
    town = small_town()
    with pytest.raises(Invalid):
        services.update_profile(identity=town.ada, now=NOON, shown_to=shown_to)
    assert not SectionAudience.objects.exists()


def test_nothing_of_what_was_chosen_outlives_the_person():
    town = small_town()
    services.update_profile(identity=town.ada, now=NOON, shown_to={"card": "members"})
    services.ask_search_engines(identity=town.ada, to_leave=True)
    services.delete_identity(identity=town.ada, now=NOON)
    assert not SectionAudience.objects.exists()
    assert not town.ada.hide_from_search_engines


def test_a_section_that_is_not_for_somebody_costs_no_query(django_assert_num_queries):
    town = small_town()
    with django_assert_num_queries(1):
        profile_of(town.ada, Closeness.ANYBODY)
