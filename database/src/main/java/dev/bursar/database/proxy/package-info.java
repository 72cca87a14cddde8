/** What stands between a server and those who talk to it, and fails like a network. */
@NullMarked
package dev.bursar.database.proxy;

import org.jspecify.annotations.NullMarked;
