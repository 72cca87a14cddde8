@NullMarked
package dev.bursar.domain.entity;

import org.jspecify.annotations.NullMarked;
