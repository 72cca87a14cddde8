-- The read models: what the projections make of the journal. All of it can be made again from the journal.
--
-- Amounts are bigint, in micros: millionths of a credit, as in the journal; they never become numeric or floating point.
-- Names are compared byte by byte ("C"), the same on every machine.

-- Every entry of every wallet's ledger.
create table ledger_entry (
  org             text collate "C" not null,
  wallet          text collate "C" not null,
  sequence        bigint not null,
  entry_id        text not null,
  transaction_id  text not null,
  posted_at       timestamptz(6) not null,
  type            text not null,
  credit_type     text not null,
  amount          bigint not null,
  balance         bigint not null,
  debt            bigint not null,
  grant_id        text,
  reservation     text,

  -- Attribution. The entry's hash covers it by a salted digest, so that it could be erased without breaking the chain.
  trigger         text not null,
  actor           text not null,
  subject_org     text not null,
  team            text,
  user_id         text,
  product         text,
  cost_center     text,
  agent           text,
  feature         text,
  model           text,
  session         text,
  idempotency_key text,
  metadata        jsonb not null,
  salt            bytea not null,

  previous_hash   bytea not null,
  hash            bytea not null,
  -- The bytes as they were hashed.
  canonical       bytea not null,

  primary key (org, wallet, sequence)
);

-- No other index: each would make an entry a quarter dearer to write. A time is found by bisection, since sequences have no gaps
-- and times never go back along them. An entry's reservation names its wallet.

-- Hashes don't compress.
alter table ledger_entry alter column canonical set storage external;
alter table ledger_entry alter column salt set storage external;
alter table ledger_entry alter column previous_hash set storage external;
alter table ledger_entry alter column hash set storage external;

-- Rows never change: freeze them at the first vacuum, as in the journal.
alter table ledger_entry set (
  autovacuum_freeze_min_age = 0,
  autovacuum_vacuum_insert_scale_factor = 0.05
);

create trigger ledger_entry_append_only
  before update or delete or truncate on ledger_entry
  for each statement execute function refuse_change('the ledger is append-only');

alter table ledger_entry enable always trigger ledger_entry_append_only;

-- The figures of each wallet and credit type, as they stand after last_sequence of the wallet's journal.
create table wallet_balance (
  org           text collate "C" not null,
  wallet        text collate "C" not null,
  credit_type   text collate "C" not null,
  balance       bigint not null,
  held          bigint not null,
  debt          bigint not null,
  last_sequence bigint not null,
  -- The time of the event, not of the projection.
  updated_at    timestamptz(6) not null,
  primary key (org, wallet, credit_type)
) with (fillfactor = 60);

-- How far each entity's journal is projected. Whoever projects row n moves it from n - 1 to n, or fails: a second projector can't
-- do harm, and a missing row can't be passed over.
create table entity_progress (
  persistence_id text collate "C" primary key,
  last_sequence  bigint not null
) with (fillfactor = 60);

-- The orgs and their settings.
create table org (
  org           text collate "C" primary key,
  name          text not null,
  zone          text not null,
  plan          text,
  add_ons       text[] not null,
  last_sequence bigint not null,
  updated_at    timestamptz(6) not null
);

-- When a wallet next has something to do by itself, at the earliest. due_at is never later than the truth; it may be earlier, then
-- the wallet is woken for nothing. Every write raises the version, so that whoever moves due_at onwards after waking the
-- wallet notices what was written meanwhile.
create table due_work (
  persistence_id text collate "C" primary key,
  due_at         timestamptz(6) not null,
  version        bigint not null default 0
) with (fillfactor = 60);

create index due_work_due_at on due_work (due_at);

-- The two tables of pekko-projection-jdbc 1.0, as its PostgreSQL dialect names them.
create table pekko_projection_offset_store (
  projection_name varchar(255) not null,
  projection_key  varchar(255) not null,
  current_offset  varchar(255) not null,
  manifest        varchar(4) not null,
  mergeable       boolean not null,
  last_updated    bigint not null,
  primary key (projection_name, projection_key)
);

create table pekko_projection_management (
  projection_name varchar(255) not null,
  projection_key  varchar(255) not null,
  paused          boolean not null,
  last_updated    bigint not null,
  primary key (projection_name, projection_key)
);
