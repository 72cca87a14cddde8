@NullMarked
package dev.bursar.api.http;

import org.jspecify.annotations.NullMarked;
