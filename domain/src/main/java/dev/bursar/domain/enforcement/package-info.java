@NullMarked
package dev.bursar.domain.enforcement;

import org.jspecify.annotations.NullMarked;
