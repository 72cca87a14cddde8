/** What all routes share: matching, reading requests, writing answers, measuring. */
@org.jspecify.annotations.NullMarked
package dev.bursar.api.http;
