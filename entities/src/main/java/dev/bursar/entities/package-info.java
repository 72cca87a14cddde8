/**
 * The live entities: org, team and wallet, each with its inbox, the protocol between them, and what
 * is stored of it. They know neither actors nor a database: whatever runs them is a {@link Host}.
 */
@NullMarked
package dev.bursar.entities;

import org.jspecify.annotations.NullMarked;
