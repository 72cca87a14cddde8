/** Wallets and grants. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.wallet;
