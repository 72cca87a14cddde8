-- What a team that keeps its credits in its own database would create.
-- Amounts are micro-credits. Rows that are updated all the time get room on their page, so that updates stay there.

CREATE TABLE unit (
  org    text NOT NULL,
  name   text NOT NULL,
  kind   text NOT NULL,
  parent text,
  PRIMARY KEY (org, name)
);

CREATE TABLE budget (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org          text        NOT NULL,
  scope        text        NOT NULL, -- 'org', 'department:…', 'team:…', 'user:…'
  period       text        NOT NULL CHECK (period IN ('day', 'month')),
  limit_amount bigint      NOT NULL,
  window_start timestamptz NOT NULL DEFAULT '-infinity',
  used         bigint      NOT NULL DEFAULT 0,
  held         bigint      NOT NULL DEFAULT 0,
  UNIQUE (org, scope)
) WITH (fillfactor = 50);

CREATE TABLE wallet (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org      text   NOT NULL,
  name     text   NOT NULL,
  balance  bigint NOT NULL DEFAULT 0 CHECK (balance >= 0),
  held     bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  debt     bigint NOT NULL DEFAULT 0,
  sequence bigint NOT NULL DEFAULT 0,
  UNIQUE (org, name)
) WITH (fillfactor = 50);

CREATE TABLE wallet_grant (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  wallet        bigint      NOT NULL,
  name          text        NOT NULL,
  priority      smallint    NOT NULL DEFAULT 50,
  category_rank smallint    NOT NULL, -- 0 promotional, 1 plan, 2 paid
  effective_at  timestamptz NOT NULL DEFAULT now(),
  expires_at    timestamptz NOT NULL DEFAULT 'infinity',
  created_at    timestamptz NOT NULL DEFAULT now(),
  amount        bigint      NOT NULL,
  remaining     bigint      NOT NULL CHECK (remaining >= 0),
  held          bigint      NOT NULL DEFAULT 0 CHECK (held >= 0),
  UNIQUE (wallet, name)
) WITH (fillfactor = 50);

CREATE TABLE reservation (
  id           text PRIMARY KEY,
  org          text        NOT NULL,
  wallet       bigint      NOT NULL,
  status       text        NOT NULL,
  amount       bigint      NOT NULL,
  grants       bigint[]    NOT NULL, -- what is held of which grant, in burn order
  grant_parts  bigint[]    NOT NULL,
  budgets      bigint[]    NOT NULL,
  team         text,
  user_id      text,
  feature      text,
  model        text,
  session      text,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);

CREATE TABLE ledger (
  wallet       bigint      NOT NULL,
  sequence     bigint      NOT NULL,
  posted_at    timestamptz NOT NULL,
  type         text        NOT NULL,
  amount       bigint      NOT NULL,
  balance      bigint      NOT NULL,
  wallet_grant bigint,
  reservation  text        NOT NULL,
  team         text,
  user_id      text,
  feature      text,
  model        text,
  session      text,
  PRIMARY KEY (wallet, sequence)
);

CREATE TABLE idempotency (
  org          text        NOT NULL,
  key          text        NOT NULL,
  request_hash bytea       NOT NULL,
  response     text        NOT NULL,
  created_at   timestamptz NOT NULL,
  PRIMARY KEY (org, key)
);
