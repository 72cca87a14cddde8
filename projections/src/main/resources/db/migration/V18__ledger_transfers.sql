-- A wallet does not remember what became of the transfers that left it: that is read here when somebody asks. A transfer is named after the
-- hash of the last entry by which it left, and comes as grants that are named after it. No consumption is in these either.
create index ledger_entry_sent on ledger_entry (org, wallet, hash) where type = 'transfer_out';
create index ledger_entry_received on ledger_entry (org, wallet, grant_id) where type = 'transfer_in';
