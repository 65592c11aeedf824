"""From a takedown report to a STIX bundle: how a company without STIX comes in.

Companies publish takedowns as spreadsheets. Two forms are read: the kill chain form
(Tactic, Technique, Procedure, Indicator) and the older one of indicators
(indicator_type, indicator_value, comment, ds). ``reading`` makes rows of a file,
``defanging`` and ``indicators`` find what is in a cell, ``sites`` says whose address it
is, ``counts`` and ``money`` read numbers in prose, ``kill_chain`` reads the numbering,
``roles`` what it says of an indicator and ``posing`` who is imitated. ``converting`` goes
through the reports, the two ``_rows`` modules through their rows; ``placing``, ``clusters``
and ``objects`` make STIX of what was found.

Nothing is dropped: what a row became is in its ``outcomes.Outcome``, and a text that no
object holds becomes a note.
"""
