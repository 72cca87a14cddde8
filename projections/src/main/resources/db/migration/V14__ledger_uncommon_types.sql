-- A page of grants, voids, refunds or any other type that is not consumption looked through all entries of a large wallet. These have an
-- index of their own; consumption, of which nearly every entry of a large ledger is, is not in it and costs nothing more to write.
create index ledger_entry_uncommon on ledger_entry (org, wallet, type, sequence) where type <> 'consume';
