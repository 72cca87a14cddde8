package dev.bursar.simulation;

/**
 * When somebody first asked: what is answered has to have been so at some time since.
 *
 * @param moment how many events there had been
 * @param micros the time
 */
record Since(long moment, long micros) {}
