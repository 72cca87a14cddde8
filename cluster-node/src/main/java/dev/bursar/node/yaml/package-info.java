/** Files that operators write: read whole, with every fault and its place. */
@NullMarked
package dev.bursar.node.yaml;

import org.jspecify.annotations.NullMarked;
