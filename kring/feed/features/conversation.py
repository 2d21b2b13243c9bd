"""Who talks in a thread, and who of the viewer's people."""

from __future__ import annotations

import numpy as np

from kring.feed.batch import Batch
from kring.feed.features.base import Columns
from kring.feed.stages import Context
from kring.feed.world import PostFlag
from kring.feed.world.columns import Floats, contains, lookup
from kring.network.graph import distinct


def conversation(context: Context, batch: Batch) -> Columns:
    """Voices, and strong ties among them."""
    posts, thread = context.world.posts, batch["thread_row"]
    present, rate = _strong_ties(context, batch)
    near = context.profile.drawn(thread).near
    commenters = posts.commenters.view[thread] if near is None else near.commenters
    return {
        "commenters": np.log1p(commenters),
        "author_answers": np.log1p(posts.author_answers.view[thread]),
        "ties_in_thread": np.log1p(present),
        "social_proof": rate,
        "mentions_me": batch["mentions_me"] * 1.0,
        "question": (batch["flags"] & PostFlag.QUESTION) != 0,
    }


def _strong_ties(context: Context, batch: Batch) -> tuple[Floats, Floats]:
    """Strong ties who took part in public, the author not counted: how many, and at what rate.

    The rate is Σ affinity of those who acted over Σ affinity of those who saw it, shrunk to 0.
    Who merely saw it counts where they are enough to hide among.
    """
    acts, posts, profile = context.profile.strong_acts, context.world.posts, context.profile
    others = acts.actor != posts.author.view[acts.post_row]
    acted = distinct(acts.post_row[others].astype(np.int64) << 32 | acts.actor[others])
    saw = distinct(np.concatenate([acted, profile.strong_saw]))
    thread = batch["thread_row"]
    wanted = distinct(thread)
    saw = saw[contains(saw >> 32, wanted)]
    place, size = np.searchsorted(wanted, saw >> 32), wanted.size
    did = contains(saw, acted)
    many = np.bincount(place, minlength=size) >= context.policy.company.fewest
    person, forth = (saw & 0xFFFFFFFF).astype(np.int32), profile.forth
    strength = lookup(person, forth.people, forth.long) * (did | many[place])
    seen_by = np.bincount(place, strength, minlength=size)
    acted_by = np.bincount(place[did], strength[did], minlength=size)
    count = np.bincount(place[did], minlength=size)
    rate = acted_by / (seen_by + context.policy.company.proof_kappa)
    at = np.searchsorted(wanted, thread)
    return count[at].astype(np.float64), rate[at]
