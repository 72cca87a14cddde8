/** Made-up customers, set up over the node's own API. */
@NullMarked
package dev.bursar.benchmarks.customers;

import org.jspecify.annotations.NullMarked;
