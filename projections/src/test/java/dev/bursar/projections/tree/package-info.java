@NullMarked
package dev.bursar.projections.tree;

import org.jspecify.annotations.NullMarked;
