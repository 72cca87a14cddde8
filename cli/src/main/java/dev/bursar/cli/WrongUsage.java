package dev.bursar.cli;

import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What an option can't mean is told before anything is done: exit code 2. */
final class WrongUsage {

  private WrongUsage() {}

  static ParameterException of(CommandSpec command, String message) {
    return new ParameterException(command.commandLine(), message);
  }

  /** A time as the node takes it. */
  static OffsetDateTime time(CommandSpec command, String option, String value) {
    try {
      return OffsetDateTime.parse(value);
    } catch (DateTimeParseException e) {
      throw of(command, "%s: %s is no time such as 2026-10-01T00:00:00Z".formatted(option, value));
    }
  }
}
