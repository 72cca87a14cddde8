/**
 * Verifies an exported month of a ledger, and needs nothing but the export and the signer's public
 * key. It shares no code with the service: canonical form, tree and signed notes are its own.
 */
@NullMarked
package dev.bursar.audit;

import org.jspecify.annotations.NullMarked;
