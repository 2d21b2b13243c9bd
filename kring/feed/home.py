"""The home feed on one screen: its stages in the order in which they run."""

from __future__ import annotations

from kring.feed import filters, hydrators, multipliers, sources
from kring.feed.features import Features
from kring.feed.pipeline import Slate, Stages, run
from kring.feed.policy import Policy
from kring.feed.profile import profile_of
from kring.feed.ranker import Predict
from kring.feed.selection import Reranking
from kring.feed.stages import Context, Viewer
from kring.feed.value import Value
from kring.feed.world import World

HOME = Stages(
    sources=(
        sources.Connections(),
        sources.Follows(),
        sources.StrongTies(),
        sources.Topics(),
        sources.FirstHearing(),
        sources.Mentions(),
    ),
    hydrators=(
        hydrators.PostFacts(),
        hydrators.Standing(),
        hydrators.Copies(),
        hydrators.Mentioned(),
    ),
    filters=(
        filters.OutOfAudience(),
        filters.Blocked(),
        filters.MutedAuthor(),
        filters.MutedThread(),
        filters.Hidden(),
        filters.HomeOnly(),
        filters.MutedTopic(),
        filters.OtherTopic(),
        filters.Own(),
        filters.AlreadyRead(),
        # Seen before age: a page that would be short gets old posts before worn ones.
        filters.SeenOften(),
        filters.TooOld(),
        # Last, so that an original which may not be shown folds nothing into itself.
        filters.Folded(),
    ),
    scorers=(Features(), Predict(), Value()),
    multipliers=(
        multipliers.Frequency(),
        multipliers.BareRepost(),
        multipliers.ManyMentions(),
        multipliers.Bait(),
        multipliers.NearDuplicate(),
        multipliers.Seen(),
        multipliers.Less(),
    ),
    selector=Reranking(),
)


def context_of(world: World, viewer: Viewer, policy: Policy, seed: int = 0) -> Context:
    return Context(world, viewer, policy, profile_of(world, viewer, policy), seed)


def rank(
    world: World,
    viewer: Viewer,
    policy: Policy,
    limit: int,
    seed: int = 0,
    *,
    explained: int | None = None,
) -> Slate:
    """The viewer's home feed: at most `limit` items, best first.

    explained: how many of the first items get reasons (all, when not given); reasons cost more
    than the ranking itself, so ask only for those on the page.
    """
    context = context_of(world, viewer, policy, seed)
    return run(HOME, context, limit, limit if explained is None else explained)
