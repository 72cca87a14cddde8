package dev.bursar.sidecar;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log of which orgs usage is set aside: of each at once, then once a minute how much
 * more it is, and when all of it is reported. Used by one thread at a time.
 */
final class AsideLog {

  private static final Logger LOG = LoggerFactory.getLogger(AsideLog.class);
  private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();

  private static final class OfOrg {
    long left;
    long all;
    long told;
    long toldAt;
  }

  private final Map<String, OfOrg> orgs = new HashMap<>();

  /**
   * So many uses of an org are set aside.
   *
   * @param first the name of one of them
   * @param code why
   * @param isFault whether anything is wrong; else it is only said with what is
   */
  void setAside(String org, int uses, String first, String code, boolean isFault, long now) {
    OfOrg it = orgs.computeIfAbsent(org, k -> new OfOrg());
    it.left += uses;
    it.all += uses;
    if (isFault && (it.told == 0 || now - it.toldAt >= EVERY_NANOS)) {
      LOG.atWarn()
          .setMessage("usage can't be reported and is set aside; it is tried again")
          .addKeyValue("org", org)
          .addKeyValue("first", first)
          .addKeyValue("uses", it.all - it.told)
          .addKeyValue("code", code)
          .log();
      it.told = it.all;
      it.toldAt = now;
    }
  }

  /** So many uses that were set aside are not so any more. */
  void over(String org, int uses) {
    OfOrg it = orgs.get(org);
    if (it == null) {
      // An earlier life has set them aside.
      return;
    }
    it.left -= uses;
    if (it.left <= 0) {
      orgs.remove(org);
      if (it.told > 0) {
        LOG.atWarn()
            .setMessage("nothing that was set aside is left to report")
            .addKeyValue("org", org)
            .addKeyValue("uses", it.all)
            .log();
      }
    }
  }
}
