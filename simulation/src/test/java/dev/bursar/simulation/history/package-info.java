@NullMarked
package dev.bursar.simulation.history;

import org.jspecify.annotations.NullMarked;
