package dev.bursar.api.lease;

import java.time.Duration;

/**
 * On what terms somebody listens for what changes.
 *
 * @param heartbeatEvery how often something is sent, if only a sign of life
 * @param acknowledgeWithin how long a change waits for who listens before it is cut off
 * @param waitingMax how many notices may wait for one that reads slowly
 */
public record StreamTerms(Duration heartbeatEvery, Duration acknowledgeWithin, int waitingMax) {}
