package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Aggregate;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.BudgetEffect;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.LeaseSettings;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Recovery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Where a bug can be planted, to see that it is caught. Nothing is tampered with unless a test
 * does.
 */
public interface Tampering {

  /** The system as it is. */
  Tampering NONE = new Tampering() {};

  /** An entity's rules, or others in their place. */
  default <C, E, R> Aggregate<C, E, R> rules(EntityId id, Aggregate<C, E, R> real) {
    return real;
  }

  /** The rules of what lives, whose state is looked at: the real ones, for a bug that they show. */
  default <C, E, R> Aggregate<C, E, R> living(Aggregate<C, E, R> rules) {
    return rules;
  }

  /** A request as it comes to be decided. */
  default <C> Request<C> request(EntityId id, Request<C> request) {
    return request;
  }

  /** The same, for one run: with a memory of its own, if it has one. */
  default Tampering forOneRun() {
    return this;
  }

  /** The catalog that counts, as entities see it. */
  default Catalog catalog(Catalog real) {
    return real;
  }

  /** Whether whoever has decided by a catalog looks whether it still counts. */
  default boolean looksAgain() {
    return true;
  }

  /** What a sidecar is told that its org may use. */
  default OrgReply.Entitled entitled(OrgReply.Entitled told) {
    return told;
  }

  /** A message between entities, or another in its place. */
  default EntityMessage message(EntityId to, EntityMessage message) {
    return message;
  }

  /** Where a message goes to. */
  default EntityId goesTo(EntityId to) {
    return to;
  }

  /** What is answered without asking the entity; null if it is asked. */
  default @Nullable EntityMessage answers(EntityId to, EntityMessage message) {
    return null;
  }

  /** Whether a message never arrives, however often it is sent. */
  default boolean swallows(EntityId to, EntityMessage message) {
    return false;
  }

  /** Whether it is looked up, under the key of a command, whether that was done before. */
  default boolean looksWhetherDone(Object command) {
    return true;
  }

  /** Whether a batch is said to be written before it is. */
  default boolean saysWrittenTooEarly() {
    return false;
  }

  /** Whether the journal takes a row of a number that there is. */
  default boolean takesRowsTwice() {
    return false;
  }

  /** Whether recovery leaves out the last row. */
  default boolean recoversWithoutTheLastRow() {
    return false;
  }

  /** The state that a snapshot holds, as it is read. */
  default <S> S snapshot(S state) {
    return state;
  }

  /** What a memory is made of beside a snapshot, as it is read. */
  default List<OperationMemory.Part> parts(List<OperationMemory.Part> parts) {
    return parts;
  }

  /** A memory as it was restored, before any row after it is taken in. */
  default void restored(OperationMemory memory) {}

  /** A row as it is read back from the journal, to look for something in it. */
  default <E> Batch<E> readBack(Batch<E> row) {
    return row;
  }

  /** Whether a snapshot is stored though a later one is there, or was. */
  default boolean savesLateSnapshots() {
    return false;
  }

  /** Whether projections read rows younger than a transaction that is still open. */
  default boolean projectsWhatIsStillOpen() {
    return false;
  }

  /** Whether two projectors do not look whether the other was faster. */
  default boolean projectsTwice() {
    return false;
  }

  /** Whether usage is read that lacks what is in the journal already. */
  default boolean readsUsageBehind() {
    return false;
  }

  /** What was found of holds that a team does not know. */
  default Map<String, Credits> usedOf(Set<String> sought, Map<String, Credits> found) {
    return found;
  }

  /**
   * What is done to set a budget.
   *
   * @param clock the time by the clock of whoever sets it
   * @param driver a number
   */
  default BudgetEffect settingBudgets(
      BudgetEffect wanted, Budget budget, Instant clock, int driver) {
    return wanted;
  }

  /** Whether an org that is asked for all that was acknowledged waits until it knows of it. */
  default boolean waitsForWhatHasEnded() {
    return true;
  }

  /** An answer as a client hears it. */
  default <T> Answer<T> heard(Answer<T> answer) {
    return answer;
  }

  /** What a sidecar is answered that asks for the end of what the server has made. */
  default Answer<WalletReply> ending(Answer<WalletReply> answer) {
    return answer;
  }

  /** Whether a sidecar looks whether a lease of its own has room for this. */
  default boolean looksAtLeases(ReserveRequest request) {
    return true;
  }

  /** What a sidecar tells of an end that it knows of by itself. */
  default Ended ended(Ended told) {
    return told;
  }

  /** How long after its end a reservation may be committed. */
  default Duration grace() {
    return World.GRACE;
  }

  /** How far ahead of an org's clock reported work may have run. */
  default Duration aheadMax() {
    return World.AHEAD_MAX;
  }

  /** How many operations an entity remembers. */
  default int remembered(int operations) {
    return operations;
  }

  /** For how long an entity remembers operations. */
  default Duration rememberedFor() {
    return World.REMEMBERED_FOR;
  }

  /** Whether the rules are others, which have no snapshots. */
  default boolean hasOtherRules() {
    return false;
  }

  /** How sidecars lease. */
  default LeaseSettings leasing(LeaseSettings settings) {
    return settings;
  }

  /** What a sidecar is told to be granted with a lease besides credits. */
  default Map<String, Long> units(Map<String, Long> granted) {
    return granted;
  }

  /** How long after its end a sidecar is told that a lease may be reported on, in nanoseconds. */
  default long settlesNanos(long nanos) {
    return nanos;
  }

  /** How a sidecar is told that a lease stands. */
  default Told.Lease standing(Told.Lease told) {
    return told;
  }

  /** What a sidecar finds that an earlier life has left. */
  default Recovery recovered(Recovery found) {
    return found;
  }

  /** The orgs of which a sidecar finds that an earlier life was told. */
  default List<String> toldOf(List<String> orgs) {
    return orgs;
  }

  /** Whether what was used is said not to be kept. */
  default boolean failsToKeep() {
    return false;
  }

  /** Whether a use is reported at all. */
  default boolean reports(Entry.Stored use) {
    return true;
  }

  /** A report of uses was too large. */
  default void tooLarge(List<Entry.Stored> uses) {}

  /** What comes to the server of a report. */
  default List<Entry.Stored> reported(List<Entry.Stored> uses) {
    return uses;
  }

  /** What a sidecar takes for done of what it was told to be. */
  default List<Entry.Stored> confirmed(List<Entry.Stored> uses) {
    return uses;
  }

  /** What a sidecar sets aside of what it is to set aside. */
  default List<Entry.Stored> setAside(List<Entry.Stored> uses) {
    return uses;
  }

  /** What a use is called in a report. */
  default String useName(String id) {
    return id;
  }

  /** For whom a change waits until they have acknowledged it. */
  default Map<Listener, Long> waitedFor(Map<Listener, Long> awaited) {
    return awaited;
  }

  /** Of all who listen, who has acknowledged a change where one says that it has. */
  default Set<Listener> acknowledges(Listener who, Set<Listener> all) {
    return Set.of(who);
  }

  /** How far a change came. */
  default Map<Listener, Listeners.Reached> reached(Map<Listener, Listeners.Reached> reached) {
    return reached;
  }

  /** When what a sidecar was told may be acknowledged. */
  default CompletionStage<Void> takenIn(CompletionStage<Void> taken) {
    return taken;
  }
}
