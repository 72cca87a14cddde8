package dev.bursar.sidecar;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.slf4j.LoggerFactory;

/** What one class says in the log, until this is closed. Safe for use by many threads. */
public final class LogSeen implements AutoCloseable {

  private final Logger logger;
  private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          events.add(event);
        }
      };

  public LogSeen(Class<?> of) {
    logger = (Logger) LoggerFactory.getLogger(of);
    appender.start();
    logger.addAppender(appender);
  }

  /** Something of each event, in their order. */
  public <T> List<T> all(Function<ILoggingEvent, T> what) {
    return events.stream().map(what).toList();
  }

  /** The messages of those that name this in what they add to it. */
  public List<String> messagesWith(String named) {
    return events.stream()
        .filter(it -> String.valueOf(it.getKeyValuePairs()).contains(named))
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
  }
}
