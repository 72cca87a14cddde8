@NullMarked
package dev.bursar.node.catalog;

import org.jspecify.annotations.NullMarked;
