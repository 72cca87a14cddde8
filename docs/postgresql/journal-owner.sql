-- Takes the journal, the signed heads, the versions of the catalog and what was redeemed away from the nodes' role, here `bursar`, and gives
-- them to another, `bursar_owner`, as which nobody can log in. From then on the nodes read and add, and can neither switch the triggers off that refuse
-- everything else, nor drop or replace what they guard. Whoever is a superuser still can.
--
-- Run it as a superuser in the nodes' database, once a node has migrated it; it may be run again. A version of Bursar that migrates the
-- schema may have to change these tables: give them back before its first start, and run this again after it:
--
--   reassign owned by bursar_owner to bursar;

do $$
begin
  if not exists (select from pg_roles where rolname = 'bursar_owner') then
    create role bursar_owner nologin;
  end if;
  -- Whoever owns a database or a schema may drop what is in it.
  execute format('alter database %I owner to bursar_owner', current_database());
  execute format('grant connect, create, temporary on database %I to bursar', current_database());
end
$$;

alter schema public owner to bursar_owner;
grant usage, create on schema public to bursar;

alter function refuse_change() owner to bursar_owner;
alter table event_journal owner to bursar_owner;
alter table ledger_checkpoint owner to bursar_owner;
alter table catalog_version owner to bursar_owner;
alter table catalog_change owner to bursar_owner;
alter table campaign_redemption owner to bursar_owner;
grant select, insert on event_journal, ledger_checkpoint, catalog_version, catalog_change, campaign_redemption to bursar;
