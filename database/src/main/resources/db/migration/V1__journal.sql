-- The journal and the snapshots of pekko-persistence-jdbc 1.1, in its default schema, with what we need beside it.
-- Left out of the plugin's schema, because nothing here uses them: event_tag (tags cost a second insert and a "returning";
-- the plugin touches the table only for tagged events), durable_state, and the unique index on ordering (the plugin's own queries
-- by ordering are not used; see the index below).

-- Shared by every table that must never change: execute function refuse_change('what to tell').
create function refuse_change() returns trigger
  language plpgsql as
$$
begin
  raise exception '%', tg_argv[0]
    using errcode = 'restrict_violation',
          detail = format('%s on %I.%I was refused.', tg_op, tg_table_schema, tg_table_name),
          hint = 'Corrections are new entries.';
end
$$;

create table event_journal (
  -- "always", so that nobody can write an order of their own.
  ordering           bigint generated always as identity,
  -- Byte order, whatever the database's locale: an upgrade of the operating system's locales can't break the primary key.
  -- The shape is kind|org or kind|org|name, each part percent-encoded, so that | only ever separates.
  persistence_id     text collate "C" not null,
  sequence_number    bigint not null,
  deleted            boolean default false not null,

  writer             text not null,
  write_timestamp    bigint,
  adapter_manifest   text,

  event_ser_id       integer not null,
  event_ser_manifest text not null,
  event_payload      bytea not null,

  meta_ser_id        integer,
  meta_ser_manifest  text,
  meta_payload       bytea,

  -- Filled by the server, the plugin doesn't know it. Rows whose xid is below pg_snapshot_xmin(pg_current_snapshot()) are
  -- final, and (xid, ordering) is an order in which nothing appears late; ordering alone is not: a lower one may commit later.
  xid                xid8 not null default pg_current_xact_id(),

  -- Projections share out their work by slice, 0 to 127: the low 7 bits of the first byte of the SHA-256 of the org, in UTF-8.
  -- SHA-256, since it is the same in every version and on every platform, which hashtext() doesn't promise, and is allowed where
  -- md5() is not. The org alone, so that all of an org's entities are in one slice, and their events are met in their order.
  -- (The cast to bytea with doubled backslashes yields the bytes as they are; convert_to() is not immutable.)
  slice              smallint not null generated always as
                       (get_byte(sha256(replace(split_part(persistence_id, '|', 2), '\', '\\')::bytea), 0) & 127) stored,

  primary key (persistence_id, sequence_number),
  -- Recovery skips rows marked as deleted: a hole in a history that must have none.
  constraint event_journal_keeps_everything check (not deleted)
);

-- The order in which projections read.
create index event_journal_xid_ordering on event_journal (xid, ordering);

-- Payloads as they come: compressing those over 2 kB made an insert two to five times slower, and halved their size. Up to a page
-- they stay in their row; larger ones go beside it.
alter table event_journal alter column event_payload set storage external;
alter table event_journal set (toast_tuple_target = 8160);

-- Rows never change, so the first vacuum can freeze them for good, and a later one, when transaction numbers run low, has
-- little left to do. It comes sooner than by default, after 5 % new rows, so that its portions stay small.
alter table event_journal set (
  autovacuum_freeze_min_age = 0,
  autovacuum_vacuum_insert_scale_factor = 0.05
);

create trigger event_journal_append_only
  before update or delete or truncate on event_journal
  for each statement execute function refuse_change('the journal is append-only');

-- "always": also where session_replication_role = replica switches ordinary triggers off.
alter table event_journal enable always trigger event_journal_append_only;

-- Snapshots are only a shortcut to what the journal says: they are replaced and deleted freely.
create table snapshot (
  persistence_id        text collate "C" not null,
  sequence_number       bigint not null,
  created               bigint not null,

  snapshot_ser_id       integer not null,
  snapshot_ser_manifest text not null,
  snapshot_payload      bytea not null,

  meta_ser_id           integer,
  meta_ser_manifest     text,
  meta_payload          bytea,

  primary key (persistence_id, sequence_number)
);
