"""Learning runs beside serving and only reads the log; serving never imports it.

Empty in this release: the ranker's weights are set by hand in `policy.toml`.
"""
