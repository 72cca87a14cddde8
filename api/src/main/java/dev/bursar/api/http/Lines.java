package dev.bursar.api.http;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;

/**
 * The connections of a server: each lets its requests through until it is hung up on, and closes
 * then in good order, after all that has been answered on it.
 */
public final class Lines extends GraphStage<FlowShape<HttpRequest, HttpRequest>> {

  private final Inlet<HttpRequest> in = Inlet.create("Lines.in");
  private final Outlet<HttpRequest> out = Outlet.create("Lines.out");
  private final FlowShape<HttpRequest, HttpRequest> shape = FlowShape.of(in, out);
  private final Set<AsyncCallback<Done>> open = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Done> closed = new CompletableFuture<>();
  private volatile boolean isHungUp;

  /** Hangs up on all of them; done once nobody is asked for anything on any of them. */
  public CompletionStage<Done> hangUp() {
    isHungUp = true;
    open.forEach(each -> each.invoke(Done.getInstance()));
    closedIfNoneIsOpen();
    return closed.minimalCompletionStage();
  }

  private void closedIfNoneIsOpen() {
    if (isHungUp && open.isEmpty()) {
      closed.complete(Done.getInstance());
    }
  }

  @Override
  public FlowShape<HttpRequest, HttpRequest> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Line();
  }

  private final class Line extends GraphStageLogic {

    // What is asked is not cancelled: Pekko would drop the answer that is under way.
    private final AsyncCallback<Done> hangUp = createAsyncCallback(done -> complete(out));

    Line() {
      super(shape);
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              HttpRequest request = grab(in);
              if (!isClosed(out)) {
                push(out, request);
              }
            }
          });
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              pull(in);
            }
          });
    }

    @Override
    public void preStart() {
      open.add(hangUp);
      if (isHungUp) {
        complete(out);
      }
    }

    @Override
    public void postStop() {
      open.remove(hangUp);
      closedIfNoneIsOpen();
    }
  }
}
