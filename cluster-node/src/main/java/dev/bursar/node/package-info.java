@NullMarked
package dev.bursar.node;

import org.jspecify.annotations.NullMarked;
