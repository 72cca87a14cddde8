@NullMarked
package dev.bursar.database.proxy;

import org.jspecify.annotations.NullMarked;
