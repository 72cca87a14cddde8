-- What else an org has subscribed to: nothing of it is in rows that were written before.
alter table org
  add column catalog_version integer,
  add column starts_at       timestamptz(6),
  add column trial_ends_at   timestamptz(6),
  add column ends_at         timestamptz(6);
