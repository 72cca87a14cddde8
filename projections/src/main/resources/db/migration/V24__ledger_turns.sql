-- Past figures of a credit type are those of its last entry by then. Where a wallet has several, that entry may stand behind very many of
-- another type: it is found here. An index by credit type would make every entry a quarter dearer to write; of a wallet with one credit
-- type, which most are, nothing stands here.
create table ledger_turn (
  org         text collate "C" not null,
  wallet      text collate "C" not null,
  credit_type text collate "C" not null,
  -- Of an entry that one of another credit type follows.
  sequence    bigint not null,
  -- The figures of the credit type after it.
  balance     bigint not null,
  debt        bigint not null,
  primary key (org, wallet, credit_type, sequence)
);

insert into ledger_turn
select org, wallet, credit_type, sequence, balance, debt
from (
  select org, wallet, credit_type, sequence, balance, debt,
         lead(credit_type) over (partition by org, wallet order by sequence) as next_type
  from ledger_entry) e
where next_type <> credit_type;
