/** The sidecar at a command line, as a program of its own and as a command of {@code bursar}. */
@NullMarked
package dev.bursar.sidecar.command;

import org.jspecify.annotations.NullMarked;
