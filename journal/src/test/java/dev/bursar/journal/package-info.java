@NullMarked
package dev.bursar.journal;

import org.jspecify.annotations.NullMarked;
