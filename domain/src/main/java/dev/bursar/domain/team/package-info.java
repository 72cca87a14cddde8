@NullMarked
package dev.bursar.domain.team;

import org.jspecify.annotations.NullMarked;
