@NullMarked
package dev.bursar.domain.access;

import org.jspecify.annotations.NullMarked;
