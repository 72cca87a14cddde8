package dev.bursar.benchmarks.catalog;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.node.catalog.CatalogFile;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Reading and checking 5,000 plans, 2,000 features and 20,000 rates, in a JVM that has just started
 * and does it once: it takes less than 5 s.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 0)
@Measurement(iterations = 1)
@Fork(5)
public class Reading {

  private final String yaml = LargeCatalog.LARGE.yaml();

  /** The whole of it. */
  @Benchmark
  public Catalog read() {
    return CatalogFile.parse(yaml);
  }
}
