"""View: funnels: how many people went from step to step, and how long it took them.

An exact touchpoint is an instant; one known by its day may have been at any instant of it. A
chain begins with an entry (a touchpoint of step 1 in the period) and ends within the window. It
is sequential when instants can be chosen that never go back; strict when, besides, no touchpoint
of the person must lie strictly between two neighbouring steps; in any order when each step is
served after the entry. One touchpoint serves one step.

A person counts once, with one chain: of the first entry, or of the best, which is the longest,
then the one with the latest entry, then the one whose steps in turn come earliest.

What is recorded is the truth; it is answered from columns that are read of it, one set for each
type, sorted by time, kept fresh by what the recording notes.
"""
