from dataclasses import replace

import numpy as np

from kring.feed.policy import default_policy
from kring.feed.text.encode import HashedEncoder
from kring.feed.text.topics import Middles, TopicSpace, infer, topic_names

POLICY = replace(default_policy().text, topic_posts=3, topic_authors=2)
DIKES = ["De dijk langs de rivier is verhoogd.", "Dijken en rivieren.", "De rivier en de dijk."]
CAKES = ["Appeltaart met kaneel en rozijnen.", "Taart bakken met kaneel.", "Kaneel in de taart."]
encode = HashedEncoder().encode


def space():
    middles = Middles()
    for topic, texts in ((7, DIKES), (8, CAKES)):
        for author, vector in enumerate(encode(texts)):
            middles.add(topic, author, vector)
    held = middles.established(POLICY)
    return TopicSpace(
        ids=np.array(list(held)),
        vectors=np.stack([vector for vector, _ in held.values()]),
        names={"waterbeheer": 7, "high tide": 7},
    )


def test_the_nearest_topic_is_concluded_when_it_is_near_enough():
    text = "De dijk en de rivier."
    assert infer(text, encode([text])[0], space(), POLICY) == (7,)
    far = "Quarterly figures of the helpdesk"
    assert infer(far, encode([far])[0], space(), POLICY) == ()


def test_a_topic_that_is_named_needs_no_vector():
    assert infer("Na het Waterbeheer: lunch", None, space(), POLICY) == (7,)
    assert infer("At HIGH   tide", None, space(), POLICY) == (7,)


def test_one_person_alone_establishes_no_topic():
    middles = Middles()
    for vector in encode(DIKES):
        middles.add(7, 1, vector)
    assert middles.established(POLICY) == {}


def test_names_of_topics():
    assert topic_names(["legal-tech", "Legal tech"]) == {"legal tech", "legaltech"}
    assert topic_names(["hr"]) == set()
