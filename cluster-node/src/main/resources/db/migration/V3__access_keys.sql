-- The keys to the API. Of the secret only the SHA-256 is kept: it is 32 random bytes, so a slow hash would add nothing.
create table access_key (
  id          text collate "C" primary key,
  secret_hash text collate "C" not null unique,
  role        text not null check (role in ('operator', 'service', 'org_admin', 'org_finance', 'org_viewer')),
  -- Null for keys of no org.
  org         text collate "C",
  name        text not null,
  created_at  timestamptz(6) not null,
  expires_at  timestamptz(6),
  revoked_at  timestamptz(6),
  -- What the key was asked for with, so that a retry gets the same one: the hash of the idempotency key, and of the request.
  operation   text collate "C" unique,
  fingerprint bigint
);

-- What the secrets of keys that were asked for with an idempotency key are derived from, so that a retry can be shown the same
-- secret although it is stored nowhere.
create table access_root (
  only_one boolean primary key default true check (only_one),
  root     bytea not null
);

create index access_key_org on access_key (org, created_at, id);
