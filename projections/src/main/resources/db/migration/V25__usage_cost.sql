-- What work came to, for a catalog that is tried on it. Nothing of it is in rows that were written before, nor in the journal that they are of:
-- whether an amount was named that is what had been held, and what a commit by units came to of which not all was charged, is not known of
-- those.
alter table usage_event
  -- In millionths: what a commit named as an amount; or what it came to, where less was charged. Null where it is what was charged for units.
  add column cost bigint;

alter table usage_event
  alter column cost set statistics 0;
