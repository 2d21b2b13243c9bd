"""Attacks on the feed, simulated against the real pipeline.

A small invented community (`town`) lives for some weeks (`life`): people open pages that
`kring.feed.home` ranks, look down them, read, respond and hide by tastes that the ranking never
learns of. Then the same weeks are lived again with an attack (`schemes`), and each attacked post's
reach is put beside that of the same post in the honest weeks (`experiment`, `table`).
"""
