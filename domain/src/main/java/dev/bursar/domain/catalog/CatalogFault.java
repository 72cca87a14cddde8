package dev.bursar.domain.catalog;

/**
 * What is wrong with a catalog, and where.
 *
 * @param path where it is, such as {@code rates[3].meters}; empty for the whole
 * @param line in which line, from 1; 0 if that can't be said
 * @param detail what is wrong, and what would be accepted
 */
public record CatalogFault(String path, int line, String detail) {}
