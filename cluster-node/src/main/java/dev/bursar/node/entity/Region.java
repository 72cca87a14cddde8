package dev.bursar.node.entity;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.entities.EntityMessage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.sharding.typed.ShardingEnvelope;
import org.apache.pekko.cluster.sharding.typed.ShardingMessageExtractor;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;

/**
 * The one shard region of all orgs, teams and wallets. The shard follows from the org alone, so
 * that all that is one org's lives on one node, and deciding takes one hop at most.
 */
public final class Region {

  private static final EntityTypeKey<EntityMessage> KEY =
      EntityTypeKey.create(EntityMessage.class, "entity");

  private final ActorRef<ShardingEnvelope<EntityMessage>> shards;

  /** Starts this node's part of the region. */
  public Region(ActorSystem<?> system, EntityParts parts) {
    int count = system.settings().config().getInt("pekko.cluster.sharding.number-of-shards");
    shards =
        ClusterSharding.get(system)
            .init(
                Entity.of(
                        KEY,
                        context ->
                            EntityActor.create(EntityId.parse(context.getEntityId()), parts, this))
                    .withMessageExtractor(new ByOrg(count))
                    .withStopMessage(new EntityMessage.Stop()));
  }

  /** Sends a message to an entity. */
  void tell(EntityId id, EntityMessage message) {
    shards.tell(new ShardingEnvelope<>(id.toString(), message));
  }

  /** Where messages to entities go. */
  ActorRef<ShardingEnvelope<EntityMessage>> shards() {
    return shards;
  }

  /** Shards by the org part of the entity id. */
  private static final class ByOrg
      extends ShardingMessageExtractor<ShardingEnvelope<EntityMessage>, EntityMessage> {

    private final int shards;

    ByOrg(int shards) {
      this.shards = shards;
    }

    @Override
    public String entityId(ShardingEnvelope<EntityMessage> envelope) {
      return envelope.entityId();
    }

    @Override
    public String shardId(String entityId) {
      int from = entityId.indexOf('|') + 1;
      int to = entityId.indexOf('|', from);
      String org = entityId.substring(from, to < 0 ? entityId.length() : to);
      return Integer.toString(Math.floorMod(org.hashCode(), shards));
    }

    @Override
    public EntityMessage unwrapMessage(ShardingEnvelope<EntityMessage> envelope) {
      return envelope.message();
    }
  }
}
