package dev.bursar.domain.org;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A person or service account of an org.
 *
 * @param id its name within the org
 * @param name for people, or null
 * @param email where to write to, or null
 * @param teams the teams it is a member of
 */
public record User(String id, @Nullable String name, @Nullable String email, List<String> teams) {}
