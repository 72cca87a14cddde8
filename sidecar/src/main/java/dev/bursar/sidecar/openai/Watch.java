package dev.bursar.sidecar.openai;

import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.FlowShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.AsyncCallback;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * An answer as it passes by: what it used is told once, however it ends; and its end goes on once
 * that is settled.
 */
final class Watch extends GraphStage<FlowShape<ByteString, ByteString>> {

  private final Inlet<ByteString> in = Inlet.create("Watch.in");
  private final Outlet<ByteString> out = Outlet.create("Watch.out");
  private final FlowShape<ByteString, ByteString> shape = FlowShape.of(in, out);
  private final Scan scan;
  private final long outputTokensMax;
  private final byte[] farewell;
  private final boolean readsOn;
  private final Function<Ending, CompletionStage<?>> settle;

  /**
   * @param outputTokensMax after so many the answer ends
   * @param farewell what is sent last then
   * @param readsOn whether the answer is read to its end though nobody takes it any more
   * @param settle told how it ended, once; done when that is on record, or can't be now
   */
  Watch(
      Scan scan,
      long outputTokensMax,
      byte[] farewell,
      boolean readsOn,
      Function<Ending, CompletionStage<?>> settle) {
    this.scan = scan;
    this.outputTokensMax = outputTokensMax;
    this.farewell = farewell;
    this.readsOn = readsOn;
    this.settle = settle;
  }

  @Override
  public FlowShape<ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends GraphStageLogic {

    private boolean isEnding;

    Logic() {
      super(shape);
      setHandler(
          in,
          new AbstractInHandler() {
            @Override
            public void onPush() {
              pass(grab(in));
            }

            @Override
            public void onUpstreamFinish() {
              byte[] rest = scan.end();
              if (rest.length > 0) {
                emit(out, ByteString.fromArrayUnsafe(rest));
              }
              end(Ending.COMPLETE, null);
            }

            @Override
            public void onUpstreamFailure(Throwable error) {
              end(error instanceof TimeoutException ? Ending.TIMED_OUT : Ending.CUT_OFF, error);
            }
          });
      setHandler(
          out,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (!isEnding && !hasBeenPulled(in)) {
                pull(in);
              }
            }

            @Override
            public void onDownstreamFinish(Throwable cause) {
              if (!readsOn || isEnding) {
                told(Ending.DISCONNECTED);
                cancelStage(cause);
              } else if (!isClosed(in) && !hasBeenPulled(in)) {
                pull(in);
              }
            }
          });
    }

    private void pass(ByteString bytes) {
      byte[] onward = scan.take(bytes.toArrayUnsafe());
      if (isClosed(out)) {
        pull(in);
        return;
      }
      boolean isSpent = scan.reachedTokens() > outputTokensMax;
      if (onward.length > 0) {
        push(out, ByteString.fromArrayUnsafe(onward));
      } else if (!isSpent) {
        pull(in);
      }
      if (isSpent) {
        emit(out, ByteString.fromArrayUnsafe(farewell));
        end(Ending.STOPPED, null);
        cancel(in);
      }
    }

    private @Nullable CompletionStage<?> told(Ending ending) {
      if (isEnding) {
        return null;
      }
      isEnding = true;
      return settle.apply(ending);
    }

    /** The end goes on when all before it has, and it is settled. */
    private void end(Ending ending, @Nullable Throwable error) {
      CompletionStage<?> done = told(ending);
      if (done == null) {
        return;
      }
      AsyncCallback<Boolean> callback =
          createAsyncCallback(
              any -> {
                if (error == null) {
                  complete();
                } else {
                  failStage(error);
                }
              });
      done.whenComplete((any, failed) -> callback.invoke(true));
    }

    private void complete() {
      if (isClosed(out)) {
        completeStage();
      } else {
        // After what is still to be emitted.
        emit(out, ByteString.emptyByteString(), this::completeStage);
      }
    }

    @Override
    public void postStop() {
      told(Ending.CUT_OFF);
    }
  }
}
