-- Every decision with what became of it, the alerts that thresholds raised, and who changed what.
--
-- All read models are made again from the journal: what they are emptied of here, the projections fill in once more, from the journal's
-- first row. Until they are through, the read models are behind, and say by how much.
alter table ledger_entry disable trigger ledger_entry_append_only;
truncate ledger_entry, ledger_day, ledger_tree, ledger_subtree, wallet_balance, entity_progress, org, due_work,
  pekko_projection_offset_store;
alter table ledger_entry enable always trigger ledger_entry_append_only;

-- One row a reservation that was decided on: allowed, or denied. What became of it is filled in when it ends.
create table decision (
  org              text collate "C" not null,
  -- Where the org's journal has it: its row, and the place in the row's batch.
  sequence         bigint not null,
  index            integer not null,
  decided_at       timestamptz(6) not null,
  reservation      text not null,
  allowed          boolean not null,
  -- The codes of all that stood in the way; of a denial without any, the attempt was withdrawn.
  denials          text[] not null,

  team             text,
  user_id          text,
  product          text,
  cost_center      text,
  agent            text,
  -- Those that the team lay in, the nearest first.
  departments      text[] not null,
  feature          text,
  model            text,
  session          text,
  wallet           text not null,
  actor            text not null,

  credit_type      text not null,
  -- In millionths.
  amount           bigint not null,
  -- Units by meter, as they were asked for.
  usage            jsonb not null,

  -- How it ended: committed, late, expired, ended (given back) or denied; null while it is open.
  outcome          text,
  ended_at         timestamptz(6),
  ended_sequence   bigint,
  ended_index      integer,
  charged          bigint,
  -- Units by meter, where the commit said them.
  used             jsonb,

  primary key (org, sequence, index)
);

create index decision_reservation on decision (hashtextextended(reservation, 0));
create index decision_time on decision (org, decided_at);

-- A row is changed once, soon after it came: that should find room beside it.
alter table decision set (fillfactor = 85);

-- Thresholds of budgets that were reached: each once in each window.
create table alert (
  id               bigint generated always as identity primary key,
  org              text collate "C" not null,
  alerted_at       timestamptz(6) not null,
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
  unique (org, budget, member, window_start, threshold, since)
);

create index alert_org on alert (org, id);

-- Who changed what in an org, before and after.
create table audit_log (
  org              text collate "C" not null,
  sequence         bigint not null,
  index            integer not null,
  changed_at       timestamptz(6) not null,
  actor            text not null,
  action           text not null,
  target_type      text not null,
  target           text not null,
  before           jsonb,
  after            jsonb,
  primary key (org, sequence, index)
);

create index audit_log_target on audit_log (org, target_type, target, sequence desc, index desc);
