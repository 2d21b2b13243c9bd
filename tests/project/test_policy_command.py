"""`kring policy`: what is shown is what is in use, and a file that does not fit gets a sentence."""

from __future__ import annotations

import dataclasses
import importlib
import json

import pytest
from django.conf import settings as django_settings

from kring.feed.policy import DEFAULT_FILE, choose_file, default_policy, numbers_of
from kring.project import doctor
from kring.project.env import SettingError, read_env

cli = importlib.import_module("kring.project.cli.main")
TEXT = DEFAULT_FILE.read_text(encoding="utf-8")
BEFORE, AFTER = "connections_quota = { value = 300,", "connections_quota = { value = 299,"


@pytest.fixture
def own(tmp_path):
    file = tmp_path / "own.toml"
    assert BEFORE in TEXT
    file.write_text(TEXT.replace(BEFORE, AFTER), encoding="utf-8")
    yield file
    choose_file(None)


@pytest.fixture
def kring(capsys):
    def run(*arguments):
        code = cli.main(["policy", *map(str, arguments)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


def test_show_has_every_number_in_use(kring, own):
    code, out, err = kring("show")
    assert (code, err) == (0, "")
    assert default_policy().hash in out
    for number in numbers_of(TEXT):
        assert f"\n  {number.name} = " in out
        assert f"[{number.section}]" in out
    assert "connections_quota = 300 posts (0 to 5000)" in out
    choose_file(own)
    assert "connections_quota = 299 posts (0 to 5000)" in kring("show")[1]


def test_show_one_section_as_json(kring):
    code, out, _err = kring("show", "features.tie", "--json")
    shown = json.loads(out)
    assert code == 0
    assert shown["hash"] == default_policy().hash
    assert [number["name"] for number in shown["numbers"]] == ["knots", "curve", "gains"]
    assert set(shown["numbers"][0]) == {"section", "name", "value", "unit", "min", "max", "why"}
    features = json.loads(kring("show", "features", "--json")[1])["numbers"]
    assert len(features) == 3 * len(default_policy().features)


def test_an_unknown_section_gets_the_names_of_the_others(kring):
    code, out, err = kring("show", "selektion")
    assert (code, out) == (2, "")
    assert "no section 'selektion'" in err
    assert "selection" in err
    assert err.count("\n") == 1


def test_check_says_that_a_file_can_be_used_or_why_not(kring, own, tmp_path):
    code, out, err = kring("check", own)
    assert (code, err) == (0, "")
    assert "can be used" in out
    own.write_text(TEXT.replace(BEFORE, "connections_quota = { value = -1,"), encoding="utf-8")
    code, out, err = kring("check", own)
    assert (code, out) == (2, "")
    assert "sources.connections_quota must lie between 0 and 5000 posts, not -1." in err
    assert err.count("\n") == 1
    for missing in (tmp_path / "none.toml", tmp_path):
        code, out, err = kring("check", missing)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert str(missing) in err


def test_diff_names_what_differs_and_both_fingerprints(kring, own):
    code, out, err = kring("diff", own)
    assert (code, err) == (0, "")
    assert default_policy().hash in out
    assert "\nsources.connections_quota: 300 -> 299 posts\n" in out
    assert "Several times what anyone reads in a day." in out
    assert out.count("->") == 1
    backwards = json.loads(kring("diff", own, DEFAULT_FILE, "--json")[1])
    assert backwards["after"] == default_policy().hash != backwards["before"]
    (change,) = backwards["differences"]
    assert (change["before"], change["after"]) == (299, 300)
    assert "The same numbers." in kring("diff", own, own)[1]


def test_kring_policy_names_the_file_and_a_bad_one_is_refused(own, tmp_path):
    variables = {"KRING_DATA": str(tmp_path / "data")}
    assert read_env(variables).policy is None
    assert read_env({**variables, "KRING_POLICY": str(own)}).policy == own
    own.write_text(TEXT.replace(BEFORE, "connections_quota = { value = -1,"), encoding="utf-8")
    with pytest.raises(SettingError, match=r"sources\.connections_quota must lie between"):
        read_env({**variables, "KRING_POLICY": str(own)})


def test_the_doctor_tells_by_which_numbers_the_feed_goes(own, monkeypatch):
    (finding,) = doctor.check_policy()
    assert (finding.state, default_policy().hash in finding.sentence) == ("well", True)
    env = dataclasses.replace(django_settings.ENV, policy=own)
    monkeypatch.setattr(django_settings, "ENV", env)
    (finding,) = doctor.check_policy()
    assert finding.state == "well"
    assert f"{own}" in finding.sentence
    assert "1 of" in finding.sentence
    own.write_text("[selection]", encoding="utf-8")
    (finding,) = doctor.check_policy()
    assert finding.state == "problem"
