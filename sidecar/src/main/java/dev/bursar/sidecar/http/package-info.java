/** The routes of the process. */
@NullMarked
package dev.bursar.sidecar.http;

import org.jspecify.annotations.NullMarked;
