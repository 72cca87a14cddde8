/**
 * Clients that ask a node for everything that it can do, remember what they were told, and compare
 * that with what the node shows once it has come to rest. They know nothing but its HTTP API.
 */
@NullMarked
package dev.bursar.benchmarks.history;

import org.jspecify.annotations.NullMarked;
