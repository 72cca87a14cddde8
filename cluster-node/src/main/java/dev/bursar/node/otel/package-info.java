/** How spans are read into usage, as the operator has it. */
@NullMarked
package dev.bursar.node.otel;

import org.jspecify.annotations.NullMarked;
