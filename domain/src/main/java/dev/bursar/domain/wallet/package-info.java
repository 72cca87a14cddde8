@NullMarked
package dev.bursar.domain.wallet;

import org.jspecify.annotations.NullMarked;
