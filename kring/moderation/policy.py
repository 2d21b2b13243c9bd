"""Every number of moderation, in one place."""

from __future__ import annotations

from datetime import timedelta

from kring.posts.policy import Limit

# Somebody's own words: with a report, a statement of reasons, an appeal or its answer.
WORDS = 2_000
NAME, EMAIL = 100, 254
# What is kept of a text as it was when somebody first reported it.
EXCERPT = 2_000
# Of one person; and of all visitors without an account together, who are held per address as well.
REPORTS = Limit(10, timedelta(hours=1))
VISITORS_REPORTS = Limit(60, timedelta(hours=1))
# Open reports of visitors about one thing: more of them would say nothing new.
VISITORS_PER_CASE = 20
APPEALS = Limit(10, timedelta(hours=24))

# Restrictions in days. A suspension is never longer than its longest choice.
DAYS = (1, 3, 7, 14, 30, 90)
USUAL_DAYS = 7
MOST_DAYS = max(DAYS)
# The European rule is at least six months (DSA, article 20).
APPEAL_WITHIN = timedelta(days=183)
# Words of what was removed, of reports and of visitors' addresses are wiped this long after.
KEEP_EVIDENCE = APPEAL_WITHIN + timedelta(days=14)
EVERY = timedelta(minutes=1)
CASES_A_PAGE = 20
