@NullMarked
package dev.bursar.domain.catalog;

import org.jspecify.annotations.NullMarked;
