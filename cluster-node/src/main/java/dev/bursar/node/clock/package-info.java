@NullMarked
package dev.bursar.node.clock;

import org.jspecify.annotations.NullMarked;
