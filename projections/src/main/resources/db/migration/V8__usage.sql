-- Usage, event by event; and alerts with names that follow from the journal.
--
-- All read models are made again from the journal: what they are emptied of here, the projections fill in once more, from the journal's
-- first row. Until they are through, the read models are behind, and say by how much.
alter table ledger_entry disable trigger ledger_entry_append_only;
truncate ledger_entry, ledger_day, ledger_tree, ledger_subtree, wallet_balance, entity_progress, org, due_work,
  pekko_projection_offset_store, decision, audit_log;
alter table ledger_entry enable always trigger ledger_entry_append_only;

drop table alert;

-- Thresholds of budgets that were reached: each once in each window.
create table alert (
  org              text collate "C" not null,
  alerted_at       timestamptz(6) not null,
  -- Where the journal has it: whose row, the org's (empty) or a team's, the place in the row's batch, and the place in the event.
  team             text collate "C" not null,
  sequence         bigint not null,
  index            integer not null,
  number           integer not null,
  budget           text collate "C" not null,
  -- For a default, the user that it was counted for; else empty.
  member           text not null,
  window_start     timestamptz(6) not null,
  threshold        integer not null,
  -- In millionths of the budget's unit.
  used             bigint not null,
  limit_micros     bigint not null,
  -- Tells the budget from an earlier one of its name.
  since            bigint not null,
  primary key (org, alerted_at, team, sequence, index, number),
  unique (org, budget, member, window_start, threshold, since)
);
