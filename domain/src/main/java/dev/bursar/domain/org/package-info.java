@NullMarked
package dev.bursar.domain.org;

import org.jspecify.annotations.NullMarked;
