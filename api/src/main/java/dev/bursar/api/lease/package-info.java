@NullMarked
package dev.bursar.api.lease;

import org.jspecify.annotations.NullMarked;
