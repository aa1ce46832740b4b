"""Arrays in, arrays out: from priced roads to the best chain of stops.

`problem` says what is asked, `pool` holds the drives that a search reads, `label_setting` runs it,
`solve` puts plan and bound together; `kernels` holds the compiled loops.  A *drive* is a path
between two stops with its consumption profile.
"""
