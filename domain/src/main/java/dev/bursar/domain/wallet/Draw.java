package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;

/**
 * A part of a hold that lies on one grant.
 *
 * @param grant the grant's name
 * @param amount how much of it, above 0
 */
public record Draw(String grant, Credits amount) {}
