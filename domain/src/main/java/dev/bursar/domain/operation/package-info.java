@NullMarked
package dev.bursar.domain.operation;

import org.jspecify.annotations.NullMarked;
