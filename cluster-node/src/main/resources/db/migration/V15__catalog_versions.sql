-- The versions of the catalog, as they were drafted, and what was done with them. Neither ever changes.
create table catalog_version (
  -- 1, 2, 3 … without gaps.
  version    integer primary key check (version > 0),
  drafted_at timestamptz(6) not null,
  actor      text collate "C" not null,
  -- The SHA-256 of the document in UTF-8.
  digest     text collate "C" not null,
  document   text not null
);

-- Which version counts for whom follows from these, folded in their order.
create table catalog_change (
  -- 1, 2, 3 … without gaps: two at once are one after the other, by an advisory lock.
  sequence     bigint primary key check (sequence > 0),
  made_at      timestamptz(6) not null,
  actor        text collate "C" not null,
  action       text collate "C" not null check (action in ('draft', 'stage', 'publish', 'schedule', 'rollback')),
  version      integer not null references catalog_version,
  -- What counted for everybody until then.
  before       integer references catalog_version,
  effective_at timestamptz(6) check ((effective_at is not null) = (action = 'schedule')),
  orgs         text[] collate "C",
  percent      integer check (percent between 1 and 99),
  -- What it was asked for with, so that a retry gets the same answer: the hash of the idempotency key, and of the request.
  operation    text collate "C" unique,
  fingerprint  bigint,
  check ((action = 'stage') = (num_nonnulls(orgs, percent) = 1))
);

create trigger catalog_version_append_only
  before update or delete or truncate on catalog_version
  for each statement execute function refuse_change('versions of the catalog never change');
alter table catalog_version enable always trigger catalog_version_append_only;

create trigger catalog_change_append_only
  before update or delete or truncate on catalog_change
  for each statement execute function refuse_change('what was done with the catalog is append-only');
alter table catalog_change enable always trigger catalog_change_append_only;

-- The nodes that may decide, each by all changes up to one. A node may for a while after it has said so; whoever makes a change waits until
-- all have said that they know of it, or until that while must be over for those that have not, whose rows are deleted then.
create table catalog_node (
  node         text collate "C" primary key,
  sequence     bigint not null,
  confirmed_at timestamptz(6) not null
);
