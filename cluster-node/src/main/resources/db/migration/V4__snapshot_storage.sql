-- Snapshots are mostly hashes: trying to compress them takes long and gains nothing.
alter table snapshot alter column snapshot_payload set storage external;
