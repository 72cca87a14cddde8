package dev.bursar.sidecar.usage;

/**
 * What was answered to a call, as far as it does not follow from what is kept beside it.
 *
 * @param creditType what was charged or given back is counted in it
 * @param released millionths that were given back
 * @param late whether it was charged after it had expired
 */
public record Answer(CallKey key, String creditType, long released, boolean late) {}
