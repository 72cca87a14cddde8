/** What a wallet's decisions cost by themselves, measured with JMH. */
@NullMarked
package dev.bursar.benchmarks.wallet;

import org.jspecify.annotations.NullMarked;
