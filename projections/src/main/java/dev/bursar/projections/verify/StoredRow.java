package dev.bursar.projections.verify;

/**
 * A row of one entity's journal, as it is stored.
 *
 * @param xid number of the transaction that wrote it
 */
record StoredRow(
    long xid, long ordering, long sequence, String manifest, byte[] payload, long writtenAtMs) {}
