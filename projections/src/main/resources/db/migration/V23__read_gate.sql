-- Has no rows. Whoever reads the read models locks it in access share mode before anything else, and whoever puts others in their place in access
-- exclusive mode: a lock fixes no moment, as the first statement of a transaction does, so that what is read is never of a moment before that of its tables.
-- It stands for all of them: a reader keeps no partition from being dropped that it does not read.
create table read_gate ();
