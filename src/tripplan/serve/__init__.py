"""A page to type a trip into, and the API behind it: a local server of plans.

`server` runs it; `app` says what is answered, `guard` what is let in, `pool` who plans. Workers
(`worker`, `answers`, `questions`) know nothing of the web.
"""
