package dev.bursar.projections.verify;

/** A row of one entity's journal, as it is stored. */
record StoredRow(long ordering, long sequence, String manifest, byte[] payload, long writtenAtMs) {}
