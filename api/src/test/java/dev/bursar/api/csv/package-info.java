@NullMarked
package dev.bursar.api.csv;

import org.jspecify.annotations.NullMarked;
