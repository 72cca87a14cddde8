package dev.bursar.domain.wallet;

/**
 * Where a page of grants ended. The grant may be elsewhere in the list by the time the next page is
 * asked for: that begins where the grant was, so that nothing behind it is left out.
 *
 * @param state {@code active}, {@code scheduled}, {@code expired} or {@code voided}, as the page
 *     told it
 * @param grant its name
 */
public record GrantPlace(String state, String grant) {}
