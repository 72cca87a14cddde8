@NullMarked
package dev.bursar.domain.budget;

import org.jspecify.annotations.NullMarked;
