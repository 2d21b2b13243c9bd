"""A post keeps every earlier wording, and therefore cannot be reworded without end."""

import pytest

from kring.core.errors import Conflict
from kring.posts import policy
from kring.posts.models import Post, PostVersion
from kring.posts.services import Draft, edit, publish
from tests.worlds import NOON, small_town

pytestmark = pytest.mark.django_db


def test_a_post_is_reworded_so_often_and_no_more(monkeypatch):
    monkeypatch.setattr(policy, "EDITS", 3)
    town = small_town()
    post = publish(author=town.ada, draft=Draft(text="Wording 0"), now=NOON)
    for number in (1, 2, 3):
        edit(editor=town.ada, post_id=post.pk, text=f"Wording {number}", now=NOON)
    with pytest.raises(Conflict, match="3 times"):
        edit(editor=town.ada, post_id=post.pk, text="Wording 4", now=NOON)
    assert Post.objects.get(pk=post.pk).text == "Wording 3"
    assert PostVersion.objects.filter(post=post).count() == 3
