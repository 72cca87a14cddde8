/** Those who hold leases and listen for what changes, on whichever node. */
@NullMarked
package dev.bursar.node.lease;

import org.jspecify.annotations.NullMarked;
