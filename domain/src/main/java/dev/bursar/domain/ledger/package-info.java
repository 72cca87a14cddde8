@NullMarked
package dev.bursar.domain.ledger;

import org.jspecify.annotations.NullMarked;
