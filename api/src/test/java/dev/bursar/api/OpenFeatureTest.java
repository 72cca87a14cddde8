package dev.bursar.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.openfeature.contrib.providers.ofrep.OfrepProvider;
import dev.openfeature.contrib.providers.ofrep.OfrepProviderOptions;
import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import org.junit.jupiter.api.Test;

/** The SDK of OpenFeature for Java, with its provider for the remote evaluation protocol. */
final class OpenFeatureTest {

  @Test
  void theSdkEvaluatesFeaturesOfAnOrg() {
    OpenFeatureAPI openFeature = OpenFeatureAPI.getInstance();
    try (RunningApi api = new RunningApi()) {
      api.put("/v1/orgs/zeta", "{'name':'Zeta','plan':'team'}");
      openFeature.setProviderAndWait(
          "bursar",
          OfrepProvider.constructProvider(
              OfrepProviderOptions.builder()
                  .baseUrl("http://127.0.0.1:" + api.port())
                  .headers(
                      ImmutableMap.of("Authorization", ImmutableList.of("Bearer " + api.operator)))
                  .build()));
      Client client = openFeature.getClient("bursar");
      ImmutableContext zeta = new ImmutableContext("zeta");
      assertThat(client.getBooleanValue("sso", false, zeta)).isTrue();
      assertThat(client.getBooleanValue("vision", true, zeta)).isFalse();
      assertThat(client.getIntegerValue("seats", 0, zeta)).isEqualTo(20);
      assertThat(client.getStringValue("region", "us", zeta)).isEqualTo("eu");
      FlagEvaluationDetails<Boolean> chat = client.getBooleanDetails("chat", false, zeta);
      assertThat(chat.getValue()).isTrue();
      assertThat(chat.getVariant()).isEqualTo("on");
      assertThat(chat.getReason()).isEqualTo("TARGETING_MATCH");
      assertThat(chat.getFlagMetadata().getString("limit")).isEqualTo("3000");

      assertThat(client.getBooleanDetails("nothing", true, zeta).getErrorCode())
          .isEqualTo(ErrorCode.FLAG_NOT_FOUND);
      assertThat(client.getBooleanValue("nothing", true, zeta)).isTrue();
      assertThat(client.getBooleanDetails("seats", true, zeta).getErrorCode())
          .isEqualTo(ErrorCode.TYPE_MISMATCH);
      assertThat(client.getBooleanDetails("sso", false, new ImmutableContext()).getErrorCode())
          .isEqualTo(ErrorCode.INVALID_CONTEXT);
    } finally {
      openFeature.shutdown();
    }
  }
}
