"""The tests: where to find what.

Folders, by what a test touches
- unit: no file, no network, no clock; its folders are those of the source.
- integration: real files, databases, servers; `laws` compares whole installations, `contract` runs
  the same rules over every carrier and store.
- functional: the command as a process, the pages in a browser.
- simulation: a company and dealers whose network, disks and processes fail by a seed.
- prove: what takes minutes; with more examples, hash seeds and mutants it is `make prove`.
- bench: no test; measures beside the floors of the machine.

What a test builds on
- Worlds. `worlds`: random events of everything, by a seed. `seasons`: a plausible season as lines.
  `examples`: one event in a line. `unit/crm/rewards/invented`, `.../reward_worlds` and
  `unit/crm/copies/samples`, `.../shared_worlds`: facts for rules that want no events.
- Oracles. `naive_history`, `naive_facts`, `naive_funnels`: the written rules once more, read from
  events with no thought of speed; `oracles`: all of it beside what an installation has stored.
- Installations. `installations`: in folders, copied from `templates`; `databases`: in PostgreSQL;
  `integration/web/sites`: served at an address; `integration/feed/dealers`: with dealers who call.
- Dealers. `receivers`: one who takes changes late and twice; `integration/dealers`: the command of
  one against a company that misbehaves.
- Trouble. `failing_transactions`: a statement or commit that fails; `killed_processes` and
  `children`: processes ended at random; `poison`: an event that breaks the recording; `stubborn`:
  a process that will not end.
- What costs little. `forks`: `jinxi` without its start, `forking`: other modules likewise;
  `schemas`: an empty file's schema at once; `compiled` and `statements`: templates of pages and
  statements of databases compiled once.
- The machine. `ground`: where files lie; `servers`: PostgreSQL, Kafka, and the guardian that ends
  whatever a session leaves; `services`: what a machine has of them; `profiles`: how many examples;
  `work`: how much work something is, in calls.
- The source. `source_tree`: the code as trees, for `test_tidy` and `test_tidy_files`.
"""

import os
import sys

# What was compiled is kept, even where the environment says otherwise: several processes read all
# tests, and some hundreds are started, each of which would compile the source anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
