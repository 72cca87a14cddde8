package dev.bursar.database.proxy;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps a node from hearing that rows of its journal have been committed, as often as it is asked
 * to. Commits of anything else come through.
 */
public final class JournalTap implements Tap {

  private static final char PARSE = 'P';
  private static final char BIND = 'B';
  private static final char COMMAND_COMPLETE = 'C';
  private static final char ERROR = 'E';
  private static final char READY = 'Z';
  private static final String NO_TRANSACTION = "I";

  private final Countdown toDrop;
  private final PostgresMessages asked = new PostgresMessages(true, this::hearClient);
  private final PostgresMessages answered = new PostgresMessages(false, this::hearServer);

  /** Names of prepared statements that insert into the journal. */
  private final Set<String> inserts = new HashSet<>();

  private volatile boolean written;
  private boolean cut;

  /**
   * @param toDrop how many commits the node is not to hear of; for all connections together
   */
  public JournalTap(Countdown toDrop) {
    this.toDrop = toDrop;
  }

  @Override
  public void asked(byte[] bytes, int length) {
    asked.take(bytes, length);
  }

  @Override
  public boolean passes(byte[] bytes, int length) {
    answered.take(bytes, length);
    return !cut;
  }

  private void hearClient(char type, String head) {
    if (type == PARSE) {
      String name = text(head, 0);
      if (isInsert(text(head, name.length() + 1))) {
        inserts.add(name);
      } else {
        inserts.remove(name);
      }
    } else if (type == BIND) {
      String statement = text(head, text(head, 0).length() + 1);
      written |= inserts.contains(statement);
    }
  }

  /** Once it is ready and no transaction is open, what was written is committed. */
  private void hearServer(char type, String head) {
    if (type == ERROR || type == COMMAND_COMPLETE && text(head, 0).equals("ROLLBACK")) {
      written = false;
    } else if (type == READY && head.equals(NO_TRANSACTION)) {
      cut |= written && toDrop.take();
      written = false;
    }
  }

  private static boolean isInsert(String statement) {
    String lower = statement.strip().toLowerCase(Locale.ROOT);
    return lower.startsWith("insert") && lower.contains("event_journal");
  }

  private static String text(String head, int from) {
    int end = head.indexOf('\0', from);
    return head.substring(Math.min(from, head.length()), end < 0 ? head.length() : end);
  }
}
