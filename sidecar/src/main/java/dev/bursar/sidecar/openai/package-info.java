/**
 * A proxy in front of an API as OpenAI's: decides before a model runs, and charges what it used.
 */
@NullMarked
package dev.bursar.sidecar.openai;

import org.jspecify.annotations.NullMarked;
