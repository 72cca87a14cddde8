-- What each user used, summed up by day; and the events of a team, found by an index.
--
-- All read models are made again from the journal: what they are emptied of here, the projections fill in once more, from the journal's
-- first row. Until they are through, the read models are behind, and say by how much.
alter table ledger_entry disable trigger ledger_entry_append_only;
truncate ledger_entry, ledger_day, ledger_tree, ledger_subtree, wallet_balance, entity_progress, org, due_work,
  pekko_projection_offset_store, audit_log, usage_event, usage_group, usage_hour, usage_hour_meter, usage_day, usage_day_meter,
  reported_usage, alert;
alter table ledger_entry enable always trigger ledger_entry_append_only;

-- Sums by UTC day for each user and team, and for work of no user. One row whatever was counted in it, since a page of the journal may
-- change as many of these as it has requests. They are kept for as long as events, which also say who did what.
create table usage_user_day (
  org              text collate "C" not null,
  day              date not null,
  -- Empty for work of no user.
  user_id          text collate "C" not null,
  -- A name that follows from team, departments and credit type.
  id               uuid not null,
  team             text,
  -- Those that the team lay in, the nearest first.
  departments      text[] not null,
  credit_type      text not null,
  credits          numeric not null,
  requests         bigint not null,
  denied           bigint not null,
  -- Units by meter, of what has run.
  meters           jsonb not null,
  primary key (org, day, user_id, id)
) partition by range (day);

-- For lists of one team's events: in a large org, few of a day's are a team's.
create index usage_event_team on usage_event (org, team, counted_at) where team is not null;
