"""Scheduled posts and workers that die by `kill -9`: each post is published once, none is lost."""

from __future__ import annotations

import time

import pytest

from tests.jobs.test_killed_workers import count
from tests.processes import kill_group

pytestmark = pytest.mark.process

POSTS = 24
WORK = ("tests.jobs.posting_probe", "work")


def published(kring) -> int:
    return count(kring, "SELECT count(*) FROM posts_post")


def test_killed_and_rival_workers_publish_each_post_once(kring, until):
    ended = kring.run_module("tests.jobs.posting_probe", "prepare", str(POSTS))
    assert ended.returncode == 0, ended.stderr
    for pause in (0.02, 0.07):
        before = published(kring)
        worker = kring.start(*WORK)
        until(lambda before=before: published(kring) > before)
        time.sleep(pause)
        kill_group(worker)
    assert 0 < published(kring) < POSTS, "killed too late to prove much"
    for _ in range(2):
        kring.start(*WORK)
    until(lambda: count(kring, "SELECT count(*) FROM posts_scheduledpost") == 0, within=40)
    time.sleep(0.3)
    assert published(kring) == POSTS
    assert count(kring, "SELECT count(DISTINCT text) FROM posts_post") == POSTS
    told = "SELECT count(*) FROM core_recordedevent WHERE kind = 'PostPublished'"
    assert count(kring, told) == POSTS
