"""The arithmetic of planning: plain values in, plain values out; no rows, no clock of its own.

``workdays`` (when someone works), ``refusals`` (why a time cannot be booked), ``world`` (what is known of capacity),
``slots`` and ``chains`` (where a job, or a car's whole chain, fits; on ``lanes`` and ``ledgers``), ``estimates`` (how
long it takes), ``autoplan`` (a plan for many cars; ``plan_parts``, ``plan_first``, ``plan_solver``), ``conflicts``
(what could give way), ``promise`` (when a car is ready), ``figures`` (how it went). Instants are timezone-aware UTC;
people's days and clocks are Europe/Oslo.
"""
