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
  revoked_at  timestamptz(6)
);

create index access_key_org on access_key (org, created_at, id);
