-- What an entity remembers of operations, beside its snapshot, each part written once: a snapshot that held all of it would be written
-- over and over, and whatever else is committed meanwhile would wait for that much of the write-ahead log.
create table snapshot_part (
  persistence_id   text collate "C" not null,
  -- Which of the entity's memories.
  memory           integer not null,
  -- The numbers of the operations in it: from the first, to the one after the last.
  from_number      bigint not null,
  to_number        bigint not null,
  payload          bytea not null,
  primary key (persistence_id, memory, from_number)
);

alter table snapshot_part alter column payload set storage external;
