-- Events with the client's own words, and with the time at which reported work ran; and the events of a session, found by an index.
--
-- All read models are made again from the journal: what they are emptied of here, the projections fill in once more, from the journal's
-- first row. Until they are through, the read models are behind, and say by how much.
alter table ledger_entry disable trigger ledger_entry_append_only;
truncate ledger_entry, ledger_day, ledger_tree, ledger_subtree, wallet_balance, entity_progress, org, due_work,
  pekko_projection_offset_store, audit_log, usage_event, usage_group, usage_hour, usage_hour_meter, usage_day, usage_day_meter,
  reported_usage, alert;
alter table ledger_entry enable always trigger ledger_entry_append_only;

alter table usage_event
  -- When reported work ran, by the reporter's clock; null of what was decided beforehand.
  add column happened_at timestamptz(6),
  -- The client's own words, an object of texts; null where there are none.
  add column metadata jsonb,
  -- A node of an earlier version that goes on projecting is stopped by this, before it leaves such times out.
  add check (source is null or happened_at is not null);

-- For questions about one session, which no sums answer.
create index usage_event_session on usage_event (org, session, counted_at) where session is not null;
