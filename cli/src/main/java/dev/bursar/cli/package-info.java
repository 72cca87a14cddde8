/** The command line: one program, many commands. */
@NullMarked
package dev.bursar.cli;

import org.jspecify.annotations.NullMarked;
