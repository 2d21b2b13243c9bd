"""The pages' addresses, by area. The web has no rules of its own: views call services."""

from __future__ import annotations

from django.urls import URLPattern, path

from kring.web.views import acts, attention, home, people, posts, session, steering, topics

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("feed.json", home.feed_json, name="feed_json"),
    path("attention", attention.report, name="attention"),
    path("how-the-feed-works", home.policy, name="policy"),
    path("language", session.set_language, name="set_language"),
    path("demo/sign-in", session.demo_sign_in, name="demo_sign_in"),
    path("your-feed", steering.steering, name="steering"),
    path("your-feed/preview", steering.mix_preview, name="mix_preview"),
    path("your-feed/mix", steering.set_mix, name="set_mix"),
    path("your-feed/mix/undo", steering.reset_mix, name="reset_mix"),
    path("your-feed/topics", steering.set_topics, name="set_topics"),
    path("your-feed/topics/add", steering.add_topic, name="add_topic"),
    path("your-feed/switches", steering.set_switches, name="set_switches"),
    path("your-feed/reset", steering.reset_everything, name="reset_everything"),
    path("bookmarks", topics.bookmarks, name="bookmarks"),
    path("topics", topics.topics, name="topics"),
    path("topics/<str:name>", topics.topic, name="topic"),
    path("topics/<str:name>/mute", acts.mute_topic, name="mute_topic"),
    path("topics/<str:name>/unmute", acts.unmute_topic, name="unmute_topic"),
    path("topics/<str:name>/want", acts.want_topic, name="want_topic"),
    path("posts/new", posts.compose, name="compose"),
    path("posts/<int:post_id>", posts.post, name="post"),
    path("posts/<int:post_id>/comment", posts.comment, name="comment"),
    path("posts/<int:post_id>/share", posts.share, name="share"),
    path("posts/<int:post_id>/edit", posts.edit, name="edit"),
    path("posts/<int:post_id>/delete", posts.delete, name="delete"),
    path("posts/<int:post_id>/history", posts.history, name="history"),
    path("posts/<int:post_id>/react", acts.react, name="react"),
    path("posts/<int:post_id>/unreact", acts.unreact, name="unreact"),
    path("posts/<int:post_id>/bookmark", acts.bookmark, name="bookmark"),
    path("posts/<int:post_id>/unbookmark", acts.unbookmark, name="unbookmark"),
    *(
        path(f"posts/<int:post_id>/{name.replace('_', '-')}", acts.steer(name), name=name)
        for name in acts.STEERING
    ),
    path("@<str:handle>", people.profile, name="profile"),
    path("@<str:handle>/follow", people.follow, name="follow"),
    path("@<str:handle>/unfollow", people.unfollow, name="unfollow"),
    path("@<str:handle>/mute", people.mute, name="mute"),
    path("@<str:handle>/unmute", people.unmute, name="unmute"),
    path("@<str:handle>/block", people.block, name="block"),
    path("@<str:handle>/unblock", people.unblock, name="unblock"),
]
