"""The order in which candidates are served: the best first, with room for others.

Greedy, after maximal marginal relevance (Carbonell & Goldstein, 1998). At each place

    standing = (1 − variety) · score − variety · scale · likeness

where an author's k-th further post counts `second_post`^k of what speaks for it (never of what
speaks against it), `scale` is the best score of all, and likeness, weighed on the first
`variety_places` alone, is the largest cosine to any post placed before. The best standing that
keeps all of these gets the place:

1. nobody stands next to themselves;
2. nobody stands more than `per_window` times in any `window` places;
3. of one company come at most `company_share` of any number of first places;
4. from outside the network at most `outside_share` of them, or what the viewer chose.

A share is rounded up to whole posts, so wherever a reader stops, no more than the share and a
fraction of one post was above. Rather than leave a page short, caps are let go from the last to
the first. Sources (kind `source`) are exempt from 1 to 3. The score shown stays the model's.
"""

from __future__ import annotations

from kring.feed.batch import Batch
from kring.feed.selection.contest import Contest
from kring.feed.selection.field import field_of
from kring.feed.stages import Context

__all__ = ["Contest", "Reranking"]


class Reranking:
    """Selector: the order of a `Contest`."""

    name = "reranking"

    def prepare(self, context: Context, batch: Batch) -> Contest:
        return Contest(field_of(context, batch))
