/** What orgs may use, also for OpenFeature. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.entitlement;
