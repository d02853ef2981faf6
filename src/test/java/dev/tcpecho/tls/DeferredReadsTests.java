package dev.tcpecho.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** However often it is asked to read, it passes nothing on while nothing more may be held, and one read afterwards. */
class DeferredReadsTests {

    private final AtomicBoolean mayRead = new AtomicBoolean(true);

    private final AtomicInteger reads = new AtomicInteger();

    private final EmbeddedChannel channel = newChannel();

    private EmbeddedChannel newChannel() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.config().setAutoRead(false);
        channel.pipeline()
                .addLast(new ChannelOutboundHandlerAdapter() {
                    @Override
                    public void read(ChannelHandlerContext context) {
                        DeferredReadsTests.this.reads.incrementAndGet();
                    }
                })
                .addLast(new DeferredReads(this.mayRead::get));
        return channel;
    }

    @Test
    void readsArePutOffUntilMoreMayBeHeld() {
        this.channel.read();
        assertThat(this.reads).hasValue(1);
        this.mayRead.set(false);
        for (int i = 0; i < 5; i++) {
            this.channel.read();
            this.channel.pipeline().fireChannelWritabilityChanged();
        }
        assertThat(this.reads).hasValue(1);
        this.mayRead.set(true);
        this.channel.pipeline().fireChannelWritabilityChanged();
        assertThat(this.reads).hasValue(2);
        this.channel.pipeline().fireChannelWritabilityChanged();
        assertThat(this.reads).hasValue(2);
    }
}
