@NullMarked
package dev.bursar.node.entity;

import org.jspecify.annotations.NullMarked;
