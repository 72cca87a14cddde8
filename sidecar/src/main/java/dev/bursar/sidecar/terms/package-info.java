/** What an org may use, and what it costs, as the server last told. */
@NullMarked
package dev.bursar.sidecar.terms;

import org.jspecify.annotations.NullMarked;
