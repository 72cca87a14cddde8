package dev.bursar.projections.usage;

import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.CanonicalEntry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A combination of everything that sums are kept by: a row of {@code usage_group}. Users and
 * sessions are not among it, since there are too many; users have sums of their own.
 *
 * @param departments those that the team lay in, the nearest first
 */
record Group(
    String org,
    @Nullable String team,
    List<String> departments,
    @Nullable String product,
    @Nullable String costCenter,
    @Nullable String agent,
    @Nullable String feature,
    @Nullable String model,
    String wallet,
    String creditType) {

  private static final int ABSENT = -1;

  static Group of(String org, Plan plan) {
    Subject subject = plan.request().subject();
    return new Group(
        org,
        subject.team(),
        plan.departments(),
        subject.product(),
        subject.costCenter(),
        subject.agent(),
        plan.request().feature(),
        plan.request().model(),
        plan.wallet(),
        plan.creditType());
  }

  /** The same with other names of feature and model. */
  Group named(@Nullable String otherFeature, @Nullable String otherModel) {
    return Objects.equals(feature, otherFeature) && Objects.equals(model, otherModel)
        ? this
        : new Group(
            org,
            team,
            departments,
            product,
            costCenter,
            agent,
            otherFeature,
            otherModel,
            wallet,
            creditType);
  }

  /** The same without what sums of users are not kept by, which is as good as empty. */
  Group ofUsers() {
    return new Group(org, team, departments, null, null, null, null, null, "", creditType);
  }

  /** Its name: the first half of a SHA-256, the same in every run and on every node. */
  UUID id() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      write(out, org);
      write(out, team);
      out.writeInt(departments.size());
      for (String department : departments) {
        write(out, department);
      }
      write(out, product);
      write(out, costCenter);
      write(out, agent);
      write(out, feature);
      write(out, model);
      write(out, wallet);
      write(out, creditType);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    ByteBuffer hash = ByteBuffer.wrap(CanonicalEntry.sha256(bytes.toByteArray()));
    return new UUID(hash.getLong(), hash.getLong());
  }

  private static void write(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(ABSENT);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }
}
