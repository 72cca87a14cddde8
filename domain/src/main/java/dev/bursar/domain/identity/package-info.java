@NullMarked
package dev.bursar.domain.identity;

import org.jspecify.annotations.NullMarked;
