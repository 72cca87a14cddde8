@NullMarked
package dev.bursar.node.access;

import org.jspecify.annotations.NullMarked;
