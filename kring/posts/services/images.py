"""The pictures of a post."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from kring.core.errors import Invalid
from kring.core.html import clean_name
from kring.core.ids import MAX_ID
from kring.media.models import Image, Purpose
from kring.media.policy import ALT_CHARACTERS, IMAGES_A_POST
from kring.media.services import discard
from kring.posts.models import Post, PostImage

Pictures = Sequence[tuple[int, str]]


def attach_images(post: Post, images: Pictures) -> None:
    """Give a new post these pictures, each with its alternative text. At most 4 queries.

    Raises Invalid as `free_images` does.
    """
    if not images:
        return
    PostImage.objects.bulk_create(
        PostImage(post=post, image_id=image_id, alt=alt, position=position)
        for position, (image_id, alt) in enumerate(free_images(post.author_id, images), start=1)
    )
    Post.objects.filter(pk=post.pk).update(image_count=len(images))
    post.image_count = len(images)


def free_images(sent_by: int, images: Pictures) -> Pictures:
    """These pictures with their texts cleaned; locked, for the caller to refer to. 1 query.

    images: ids of what this person sent and nothing uses yet, in order
    Raises Invalid for too many, for an alternative text that is too long, and for any other id.
    """
    if len(images) > IMAGES_A_POST:
        raise Invalid(
            _("A post has at most %(limit)d pictures.") % {"limit": IMAGES_A_POST}, field="image"
        )
    cleaned = [(image_id, clean_name(alt)) for image_id, alt in images]
    if any(len(alt) > ALT_CHARACTERS for _image_id, alt in cleaned):
        raise Invalid(
            _("Describe a picture in at most %(limit)d characters.") % {"limit": ALT_CHARACTERS},
            code="too_long",
            field="alt",
        )
    ids = [image_id for image_id, _alt in images]
    # Locked, so that nothing is cleaned up, or attached elsewhere, while it is attached here.
    free = set(
        Image.objects.unused()
        .select_for_update(of=("self",))
        .filter(
            pk__in=[image_id for image_id in ids if 0 < image_id <= MAX_ID],
            uploaded_by=sent_by,
            purpose=Purpose.POST,
        )
        .values_list("pk", flat=True)
    )
    if len(set(ids)) != len(ids) or not free.issuperset(ids):
        raise Invalid(_("That picture is no longer there. Send it again."), field="image")
    return cleaned


def remove_images(post_id: int) -> None:
    """Take all pictures off a post; their files go with the commit. At most 4 queries."""
    of_post = PostImage.objects.filter(post_id=post_id)
    ids = list(of_post.values_list("image_id", flat=True))
    if ids:
        of_post.delete()
        discard(ids)
