"""How far an additive ranker can get that learns from the production features as it goes.

The probe is a yardstick for the features and for the learner to come, not a learner of ours: it
lives in the lab, is pure NumPy, and nothing that serves a page imports it.
"""
