/**
 * What clients do, drawn by lot: what their orgs look like, and what they ask for, one call after
 * the other. Whoever plays a history says what came of each call, and what time it is; so the same
 * histories are played in a simulation and against a real node.
 */
@NullMarked
package dev.bursar.simulation.history;

import org.jspecify.annotations.NullMarked;
