package dev.bursar.simulation;

import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgReply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;

/** Orgs that go on telling of what was set for some time, once it is over and dropped. */
final class ListedForEver implements Tampering {

  private final Map<String, LimitOverride> all = new LinkedHashMap<>();

  @Override
  @SuppressWarnings("unchecked")
  public <T> Answer<T> heard(Answer<T> answer) {
    if (answer instanceof Answer.Done<T>(T value, boolean again)
        && value instanceof OrgReply.OverrideList told) {
      told.overrides()
          .forEach(
              each -> {
                all.remove(each.id());
                all.put(each.id(), each);
              });
      return new Answer.Done<>(
          (T) new OrgReply.OverrideList(new ArrayList<>(all.values()), told.freezes()), again);
    }
    return answer;
  }
}
