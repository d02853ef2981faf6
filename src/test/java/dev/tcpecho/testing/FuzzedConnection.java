package dev.tcpecho.testing;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * A connection without a network, for one handler: what the handlers behind it would see is recorded, and memory is
 * counted. On closing, no exception may have left the handler, and no buffer be left.
 */
public final class FuzzedConnection implements AutoCloseable {

    private static final Logger NETTY = (Logger) LoggerFactory.getLogger("io.netty");

    /** Counts what it has allocated, for this connection alone; leaks are seen in that, and need no detector. */
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);

    private final EmbeddedChannel channel = new EmbeddedChannel();

    private final Behind behind = new Behind();

    /** Netty logs what a handler throws in its handling of an exception, and goes on. */
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    public FuzzedConnection(ChannelHandler handler) {
        this.log.start();
        NETTY.addAppender(this.log);
        this.channel.config().setAllocator(this.memory);
        this.channel.pipeline().addLast(handler, this.behind);
        this.channel.pipeline().fireChannelActive();
    }

    /** Sends a whole stream and its end. */
    public void send(FuzzedStream stream, List<byte[]> chunks) {
        chunks.forEach(this::send);
        if (stream.endsInReset()) {
            this.channel.close();
        } else if (this.channel.isOpen()) {
            this.channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
    }

    /** Sends a chunk, unless the handler has closed the connection already. */
    public void send(byte[] chunk) {
        if (this.channel.isOpen()) {
            this.channel.writeInbound(this.memory.buffer(chunk.length).writeBytes(chunk));
        }
    }

    public EmbeddedChannel channel() {
        return this.channel;
    }

    /** Tells how often the connection became active for the handlers behind. */
    public int activations() {
        return this.behind.activations;
    }

    /** Returns the bytes that came through so far. */
    public byte[] passed() {
        return this.behind.bytes.toByteArray();
    }

    /** Returns the events that came through so far. */
    public List<Object> events() {
        return this.behind.events;
    }

    /** Returns how many bytes of memory the buffers of this connection take now. */
    public long memory() {
        return this.memory.metric().usedHeapMemory() + this.memory.metric().usedDirectMemory();
    }

    @Override
    public void close() {
        this.channel.finishAndReleaseAll();
        NETTY.detachAppender(this.log);
        assertThat(this.log.list.stream()
                        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                        .map(ILoggingEvent::getFormattedMessage))
                .isEmpty();
        assertThat(this.behind.exceptions).isEmpty();
        assertThat(memory()).as("bytes of memory that leaked").isZero();
    }

    private static final class Behind extends ChannelInboundHandlerAdapter {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        private final List<Object> events = new ArrayList<>();

        private final List<Throwable> exceptions = new ArrayList<>();

        private int activations;

        @Override
        public void channelActive(ChannelHandlerContext context) {
            this.activations++;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
            ByteBuf buffer = (ByteBuf) message;
            buffer.readBytes(this.bytes, buffer.readableBytes());
            buffer.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            this.events.add(event);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            this.exceptions.add(cause);
        }
    }
}
