@NullMarked
package dev.bursar.domain.credits;

import org.jspecify.annotations.NullMarked;
