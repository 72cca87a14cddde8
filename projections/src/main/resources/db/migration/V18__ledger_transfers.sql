-- A wallet does not remember what became of the transfers that left it: that is read here when somebody asks. A transfer is named after the
-- hash of the last entry by which it left, and comes as grants that are named after it. No consumption is in these either, and neither what
-- rolled over nor what came back: so they are not all of a type, and its pages are read by the index that has them in order.
create index ledger_entry_sent on ledger_entry (org, wallet, hash) where type = 'transfer_out' and trigger = 'transfer';
create index ledger_entry_received on ledger_entry (org, wallet, grant_id) where type = 'transfer_in' and corrects is null;
