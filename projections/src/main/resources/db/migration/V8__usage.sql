-- Usage, event by event and summed up by hour and day, partitioned by time; and alerts with names that follow from the journal.
--
-- All read models are made again from the journal: what they are emptied of here, the projections fill in once more, from the journal's
-- first row. Until they are through, the read models are behind, and say by how much.
alter table ledger_entry disable trigger ledger_entry_append_only;
truncate ledger_entry, ledger_day, ledger_tree, ledger_subtree, wallet_balance, entity_progress, org, due_work,
  pekko_projection_offset_store, audit_log;
alter table ledger_entry enable always trigger ledger_entry_append_only;

drop table decision;
drop table alert;

-- The partitions of these tables are made when they are first needed, by whoever projects, and dropped when their time has passed.

-- One row a request that was decided on: allowed, denied, or reported after it had run. What became of it is filled in when it ends.
create table usage_event (
  org              text collate "C" not null,
  -- The time for which it counts: when it was decided, or of what was reported, when it ran, if that was not too long ago.
  counted_at       timestamptz(6) not null,
  -- Where the org's journal has the decision: its row, and the place in the row's batch.
  sequence         bigint not null,
  index            integer not null,
  -- When the org put the decision on record.
  recorded_at      timestamptz(6) not null,
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
  trace_id         text,
  -- By what it was reported; null of what was decided beforehand.
  source           text,
  event_id         text,

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

  primary key (org, counted_at, sequence, index)
) partition by range (counted_at);

create index usage_event_reservation on usage_event (hashtextextended(reservation, 0));
-- For questions about one user, which no sums answer.
create index usage_event_user on usage_event (org, user_id, counted_at) where user_id is not null;

-- What sums are kept of: each combination that occurs, under a name that follows from it.
create table usage_group (
  id               uuid primary key,
  org              text collate "C" not null,
  team             text,
  departments      text[] not null,
  product          text,
  cost_center      text,
  agent            text,
  feature          text,
  model            text,
  wallet           text not null,
  credit_type      text not null
);

create index usage_group_org on usage_group (org, team);

-- Sums by UTC hour and UTC day. They may be larger than any one amount: numeric, still in millionths and without a fraction.
create table usage_hour (
  org              text collate "C" not null,
  hour             timestamptz(0) not null,
  group_id         uuid not null,
  credits          numeric not null,
  requests         bigint not null,
  denied           bigint not null,
  primary key (org, hour, group_id)
) partition by range (hour);

-- For questions about few groups. None of its columns ever changes in a row, so an update does not touch it.
create index usage_hour_group on usage_hour (group_id, hour);

create table usage_hour_meter (
  org              text collate "C" not null,
  hour             timestamptz(0) not null,
  group_id         uuid not null,
  meter            text collate "C" not null,
  units            numeric not null,
  primary key (org, hour, group_id, meter)
) partition by range (hour);

create index usage_hour_meter_group on usage_hour_meter (group_id, hour);

create table usage_day (
  org              text collate "C" not null,
  day              date not null,
  group_id         uuid not null,
  credits          numeric not null,
  requests         bigint not null,
  denied           bigint not null,
  primary key (org, day, group_id)
) partition by range (day);

create index usage_day_group on usage_day (group_id, day);

create table usage_day_meter (
  org              text collate "C" not null,
  day              date not null,
  group_id         uuid not null,
  meter            text collate "C" not null,
  units            numeric not null,
  primary key (org, day, group_id, meter)
) partition by range (day);

create index usage_day_meter_group on usage_day_meter (group_id, day);

-- What was reported and charged, for good, whatever becomes of the events: the SHA-256 of source and id.
create table reported_usage (
  org              text collate "C" not null,
  key              bytea not null,
  primary key (org, key)
);

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
