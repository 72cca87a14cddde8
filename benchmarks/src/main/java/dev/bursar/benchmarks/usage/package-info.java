/** Made-up usage, as much as is asked for, straight into the read model. */
@NullMarked
package dev.bursar.benchmarks.usage;

import org.jspecify.annotations.NullMarked;
