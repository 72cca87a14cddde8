-- A wallet does not remember what of its charges was refunded, nor who paid which debt: that is read here when a charge is refunded. Both
-- are of few entries: what is written for each request, consumption and new debt, is in neither and costs nothing more.
create index ledger_entry_corrects on ledger_entry (org, wallet, corrects) where corrects is not null;
create index ledger_entry_lowers_debt on ledger_entry (org, wallet, credit_type, sequence)
  where type = 'debt_repaid' or type = 'debt' and amount < 0;
