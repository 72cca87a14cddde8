-- Which orgs have redeemed which campaigns, each once, for good. The grant itself is in the wallet's journal.
create table campaign_redemption (
  campaign    text        collate "C" not null,
  org         text        collate "C" not null,
  wallet      text        collate "C" not null,
  redeemed_at timestamptz(6) not null default now(),
  primary key (campaign, org)
);

create trigger campaign_redemption_append_only
  before update or delete or truncate on campaign_redemption
  for each statement execute function refuse_change('what was redeemed is append-only');
alter table campaign_redemption enable always trigger campaign_redemption_append_only;
