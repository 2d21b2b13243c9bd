import pytest

from kring.core.errors import Conflict, Invalid, NotFound
from kring.core.html import clean_name
from kring.members import queries, services
from kring.members.audience import Closeness
from kring.members.handles import free_handles, handle_from
from kring.members.models import Account, Identity, Skill
from kring.network.queries import may_act_as
from kring.network.services import join
from tests.worlds import NOON, event_kinds, last_event, small_town

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def account(email="ada@kring.example", **more):
    return services.create_account(
        **{"email": email, "password": PASSWORD, "name": "Ada Vos", "now": NOON, **more}
    )


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Zoë van 't Hof", "zoe_van_t_hof"),
        ("  Søren Ærø  ", "soren_aero"),
        ("Мария", "member"),
        ("李", "member"),
        ("A", "member"),
        ("x" * 50, "x" * 30),
        ("@ada@evil.example", "ada_evil_example"),
        ("İbrahim Straße", "ibrahim_strasse"),
    ],
)
def test_a_name_makes_a_handle(name, handle):
    assert handle_from(name) == handle


def test_a_name_has_no_signs_that_cannot_be_seen():
    name = "A\u200bd\u2060a\u00ad \U000e0041 \U0001f469\u200d\U0001f52c \u0646\u200c\u0647"
    ada = services.create_person(name=name, headline="Bak\u2061er", now=NOON)
    assert ada.name == "Ada \U0001f469\u200d\U0001f52c \u0646\u200c\u0647"
    assert ada.headline == "Baker"
    assert clean_name(ada.name) == ada.name
    with pytest.raises(Invalid):
        services.create_person(name="\u200b\u2060\u200d", now=NOON)
    with pytest.raises(Invalid):
        services.update_profile(identity=ada, name="\u00ad", now=NOON)


def test_nobody_gets_a_handle_that_speaks_for_the_house():
    for name in ("Admin", "Kring", "api"):
        assert services.create_person(name=name, now=NOON).handle == f"{name.lower()}2"
    with pytest.raises(Conflict):
        services.create_person(name="Eve", handle="@Support", now=NOON)


def test_people_of_one_name_get_handles_of_their_own():
    made = [services.create_person(name="Jan Jansen", now=NOON).handle for _ in range(4)]
    assert made == ["jan_jansen", "jan_jansen2", "jan_jansen3", "jan_jansen4"]
    long = [services.create_person(name="y" * 40, now=NOON).handle for _ in range(12)]
    assert len(set(long)) == 12
    assert max(map(len, long)) == 30
    assert free_handles(["Jan Jansen", "Jan Jansen", "Piet"]) == [
        "jan_jansen5",
        "jan_jansen6",
        "piet",
    ]


def test_a_handle_is_one_s_own_whatever_the_case():
    services.create_person(name="Ada", handle="@Ada_1", now=NOON)
    assert Identity.objects.get().handle == "ada_1"
    with pytest.raises(Conflict):
        services.create_person(name="Eve", handle="ADA_1", now=NOON)
    for bad in ("a", "", "with space", "é" * 5, "x" * 31, "a\x00b", "a/b", "a.b"):
        with pytest.raises(Invalid):
            services.create_person(name="Eve", handle=bad, now=NOON)
    assert (Identity.objects.count(), event_kinds()) == (1, ["IdentityCreated"])


def test_an_external_id_is_used_once():
    services.create_person(name="Ada", external_id="ldbc:1", now=NOON)
    with pytest.raises(Conflict):
        services.create_person(name="Eve", external_id="ldbc:1", now=NOON)


def test_an_account_comes_with_its_person():
    made = account()
    assert made.check_password(PASSWORD)
    assert made.identity.name == "Ada Vos"
    assert queries.person_of(made) == made.identity
    assert made.role == "member"


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "no address"},
        {"email": "a@b\x00.example"},
        {"email": "x" * 250 + "@kring.example"},
        {"password": "short"},
        {"password": "1234567890"},
        {"password": "ada@kring.example"},
        {"name": " \u200b"},
        {"name": "x" * 101},
        {"role": "king"},
    ],
)
def test_a_bad_sign_up_is_refused_and_stores_nothing(wrong):
    with pytest.raises(Invalid):
        account(**wrong)
    assert (Account.objects.count(), Identity.objects.count(), event_kinds()) == (0, 0, [])
    account()


def test_an_address_has_one_account_whatever_the_case():
    account()
    with pytest.raises(Conflict):
        account("ADA@kring.example")
    assert Identity.objects.count() == 1


def test_a_profile_changes_and_nothing_changed_records_nothing():
    ada = services.create_person(name="Ada", now=NOON)
    services.update_profile(identity=ada, now=NOON, headline=" I  count ", about="**Hi** <b>")
    ada.refresh_from_db()
    assert (ada.headline, ada.about) == ("I count", "**Hi** <b>")
    assert ada.about_html == "<p><strong>Hi</strong> &lt;b&gt;</p>\n"
    assert last_event().identity_id == ada.pk
    before = event_kinds()
    services.update_profile(identity=ada, now=NOON, headline="I count")
    assert event_kinds() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"headline": "x" * 161},
        {"about": "x" * 4_001},
        {"account_id": "7"},
        {"suspended_at": ""},
        {"headline": 7},
        {"skills": ["a", ""]},
        {"skills": [f"s{n}" for n in range(101)]},
        {"skills": "python"},
        {"languages": [("not a code", "")]},
        {"positions": [{"title": "x", "organisation_name": ""}]},
        {"positions": [{"organisation_name": "x", "from_year": 2020, "to_year": 2019}]},
        {"positions": [{"organisation_name": "x", "from_year": 20_000}]},
        {"positions": [{"organisation_name": "x", "salary": 1}]},
        {"education": [{"school_name": "x" * 151}]},
        {"links": [("Home", "javascript:alert(1)")]},
    ],
)
def test_a_profile_refuses_what_does_not_fit(fields):
    ada = services.create_person(name="Ada", now=NOON)
    before = event_kinds()
    with pytest.raises(Invalid) as refused:
        services.update_profile(identity=ada, now=NOON, **fields)
    assert refused.value.field
    assert event_kinds() == before
    assert Identity.objects.get().name == "Ada"


def test_sections_are_replaced_as_a_whole_and_read_in_six_queries(django_assert_num_queries):
    town = small_town()
    services.update_profile(
        identity=town.ada,
        now=NOON,
        skills=["Counting", "counting", "Singing"],
        languages=[("nl", "mother tongue"), ("en", "")],
        positions=[
            {
                "title": "Clerk",
                "organisation_name": "Town hall",
                "from_year": 2010,
                "to_year": 2014,
            },
            {"title": "Baker", "organisation_id": town.bakery.pk, "from_year": 2014},
        ],
        education=[{"school_name": "School", "degree": "MSc", "year": 2009}],
        links=[("Home", "https://ada.example/")],
    )
    with django_assert_num_queries(6):
        profile = queries.profile_of(town.ada, Closeness.SELF)
        assert [p.organisation_name for p in profile.positions] == ["The Bakery", "Town hall"]
        assert profile.positions[0].organisation == town.bakery
    assert [s.name for s in profile.skills] == ["Counting", "Singing"]
    assert [(one.code, one.level) for one in profile.languages] == [
        ("nl", "mother tongue"),
        ("en", ""),
    ]
    assert [e.degree for e in profile.education] == ["MSc"]
    services.update_profile(identity=town.ada, now=NOON, skills=["Singing"])
    assert [s.name for s in queries.profile_of(town.ada, Closeness.SELF).skills] == ["Singing"]
    assert len(queries.profile_of(town.ada, Closeness.SELF).positions) == 2
    assert not Skill.objects.exclude(identity=town.ada).exists()


def test_suspending_restoring_and_deleting_are_recorded_once():
    ada = services.create_person(name="Ada", handle="ada", now=NOON, headline="h", about="a")
    services.update_profile(identity=ada, now=NOON, skills=["Counting"])
    for act, kind in (
        (services.suspend, "IdentitySuspended"),
        (services.restore, "IdentityRestored"),
        (services.delete_identity, "IdentityDeleted"),
    ):
        act(identity=ada, now=NOON)
        assert event_kinds()[-1] == kind
        count = len(event_kinds())
        act(identity=ada, now=NOON)
        assert len(event_kinds()) == count
    ada.refresh_from_db()
    assert (ada.handle, ada.name, ada.headline, ada.about, ada.about_html) == (
        "ada",
        "@ada",
        "",
        "",
        "",
    )
    assert not Skill.objects.exists()
    services.restore(identity=ada, now=NOON)
    assert ada.deleted_at == NOON
    with pytest.raises(Conflict):
        services.create_person(name="Impostor", handle="ada", now=NOON)


@pytest.mark.parametrize("text", ["ada", "@ada", "ADA", " @Ada ", "ldbc:933"])
def test_one_is_found_by_handle_or_external_id(text, django_assert_num_queries):
    ada = services.create_person(name="Ada", handle="ada", external_id="ldbc:933", now=NOON)
    with django_assert_num_queries(1):
        assert queries.identity_by_handle(text) == ada


@pytest.mark.parametrize(
    "text",
    ["", "@", "eve", "ldbc:934", "ada@other.example", "a\x00da", "ldbc:\x00", "x" * 500, "@@ada"],
)
def test_nobody_is_found_by_another_word(text):
    services.create_person(name="Ada", handle="ada", external_id="ldbc:933", now=NOON)
    with pytest.raises(NotFound):
        queries.identity_by_handle(text)


def test_who_may_act_as_whom():
    ada, eve = account(), account("eve@kring.example", name="Eve")
    page = services.create_identity(kind="page", name="Bakery", now=NOON)
    join(member=ada.identity, of=page, role="editor", now=NOON)
    join(member=eve.identity, of=page, role="member", now=NOON)
    assert may_act_as(ada, ada.identity)
    assert may_act_as(ada, page)
    assert not may_act_as(eve, ada.identity)
    assert not may_act_as(eve, page)
    services.suspend(identity=page, now=NOON)
    assert not may_act_as(ada, page)
    services.restore(identity=page, now=NOON)
    services.suspend(identity=ada.identity, now=NOON)
    assert not may_act_as(ada, page)
    assert not may_act_as(ada, ada.identity)
    eve.is_active = False
    assert not may_act_as(eve, eve.identity)


def test_identities_come_by_id_in_one_query(django_assert_num_queries):
    town = small_town()
    with django_assert_num_queries(1):
        found = queries.identities([town.ada.pk, town.bob.pk, 5, -1])
    assert found == {town.ada.pk: town.ada, town.bob.pk: town.bob}
    with django_assert_num_queries(0):
        assert queries.identities([]) == {}
