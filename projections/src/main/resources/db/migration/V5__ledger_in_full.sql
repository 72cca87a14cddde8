-- The ledger with the worth of each entry, what it corrects and its place in its org's Merkle tree; its sums by day; the tree's hashes
-- and its signed heads.
--
-- All read models are made again from the journal: what they are emptied of here, the projections fill in once more, from the journal's
-- first row. Until they are through, the read models are behind, and say by how much.
drop table ledger_entry;

-- Snapshots made before know nothing of debts and refunds; entities are recovered from their events, and make new ones.
truncate snapshot;

truncate wallet_balance, entity_progress, org, due_work, pekko_projection_offset_store;

-- Every entry of every wallet's ledger.
create table ledger_entry (
  org             text collate "C" not null,
  wallet          text collate "C" not null,
  sequence        bigint not null,
  -- The entry's place in its org's Merkle tree: 0, 1, 2 … in the order of the projection, which is the journal's final one, and so
  -- the same whenever the table is made again.
  leaf            bigint not null,
  entry_id        text not null,
  transaction_id  text not null,
  posted_at       timestamptz(6) not null,
  type            text not null,
  credit_type     text not null,
  amount          bigint not null,
  balance         bigint not null,
  debt            bigint not null,
  grant_id        text,
  -- What the amount is worth by the grant's cost basis: millionths of the currency, with the amount's sign.
  value           bigint,
  currency        text,
  reservation     text,
  -- The transaction that this one gives back or corrects.
  corrects        text,

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

  -- A transaction's entries follow on each other, and its name has the first one's sequence: this finds them, too.
  primary key (org, wallet, sequence)
);

-- Besides this one no other index: each would make an entry a quarter dearer to write. A time is found by bisection, since sequences
-- have no gaps and times never go back along them. An entry's reservation names its wallet.
create unique index ledger_entry_leaf on ledger_entry (org, leaf);

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

-- What the entries of a wallet come to, by UTC day and kind: statements, revenue and past balances are read from here.
create table ledger_day (
  org            text collate "C" not null,
  wallet         text collate "C" not null,
  credit_type    text collate "C" not null,
  day            date not null,
  type           text collate "C" not null,
  -- Empty for entries that are worth nothing in money.
  currency       text collate "C" not null,
  -- Sums may be larger than any one amount: numeric, still in millionths and without a fraction.
  amount         numeric not null,
  value          numeric not null,
  entries        bigint not null,
  -- The figures of the credit type after the last of these entries.
  balance        bigint not null,
  debt           bigint not null,
  first_sequence bigint not null,
  last_sequence  bigint not null,
  primary key (org, wallet, credit_type, day, type, currency)
) with (fillfactor = 60);

-- For revenue, over all wallets of an org. None of its columns ever changes in a row, so an update does not touch it.
create index ledger_day_worth on ledger_day (org, day) where currency <> '';

-- Of each org, how many leaves its tree has, and the hashes of the complete subtrees that they make up, from left to right, 32
-- bytes each: all it takes to add another leaf.
create table ledger_tree (
  org   text collate "C" primary key,
  size  bigint not null,
  peaks bytea not null
) with (fillfactor = 50);

alter table ledger_tree alter column peaks set storage external;

-- The hashes of complete subtrees over 2^8, 2^16 and 2^24 leaves, so that no proof has to read many.
create table ledger_subtree (
  org   text collate "C" not null,
  level smallint not null,
  index bigint not null,
  hash  bytea not null,
  primary key (org, level, index)
);

-- The signed heads. This is no read model: it can't be made again, and what was signed once must hold for ever.
create table ledger_checkpoint (
  org       text collate "C" not null,
  size      bigint not null,
  verifier  text not null,
  root      bytea not null,
  note      text not null,
  signed_at timestamptz(6) not null,
  primary key (org, size, verifier)
);

create trigger ledger_checkpoint_append_only
  before update or delete or truncate on ledger_checkpoint
  for each statement execute function refuse_change('signed heads are append-only');

alter table ledger_checkpoint enable always trigger ledger_checkpoint_append_only;
