-- Which features and models have sums of their own: they are the client's own words, and there may be as many as requests.
--
-- All read models are made again from the journal: what they are emptied of here, the projections fill in once more, from the journal's
-- first row. Until they are through, the read models are behind, and say by how much.
alter table ledger_entry disable trigger ledger_entry_append_only;
truncate ledger_entry, ledger_day, ledger_tree, ledger_subtree, wallet_balance, entity_progress, org, due_work,
  pekko_projection_offset_store, audit_log, usage_event, usage_group, usage_hour, usage_hour_meter, usage_user_day, usage_day,
  usage_day_meter, reported_usage, alert;
alter table ledger_entry enable always trigger ledger_entry_append_only;

-- The first features, and the first models, of each UTC day, in the order of the org's journal. All others are summed up together, as
-- (other). They are kept for as long as sums by day, since they tell what is among the others.
create table usage_word (
  org              text collate "C" not null,
  day              date not null,
  -- feature or model
  kind             text collate "C" not null,
  word             text collate "C" not null,
  primary key (org, day, kind, word)
) partition by range (day);

-- Whether an org has any others: most have none.
create index usage_group_other on usage_group (org) where feature = '(other)' or model = '(other)';
