-- Whether something was refunded is looked up by these: they are compared byte by byte, as all names are, and not by the rules of a
-- language, which an upgrade of the operating system may change under an index. Only the indexes by them are made again.
alter table ledger_entry
  alter column type type text collate "C",
  alter column corrects type text collate "C",
  alter column credit_type type text collate "C",
  alter column grant_id type text collate "C";
