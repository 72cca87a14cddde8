@NullMarked
package dev.bursar.api.cost;

import org.jspecify.annotations.NullMarked;
