/** The real rules on one thread, without a journal or a cluster: what the API is tested against. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.node;
