package dev.tcpecho.echo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.testing.SocketThatTakesNothing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the ledger lets a channel read. */
class HeldBytesReadsTests {

    private final EmbeddedChannel channel = new EmbeddedChannel(new SocketThatTakesNothing());

    private final HeldBytes held = new HeldBytes(this.channel);

    @AfterEach
    void release() {
        this.channel.finishAndReleaseAll();
    }

    /** Entries of a channel cost more than the bytes in them: many small writes pass the mark without a charge. */
    @Test
    void readingStopsWhenTheChannelsOwnPartPassesTheMark() {
        ByteBuf waits = this.held.charge(Unpooled.buffer(66 * 1024));
        for (int i = 0; i < 40; i++) {
            this.channel.write(Unpooled.buffer(1).writeByte(i));
        }
        assertThat(this.held.total()).isGreaterThan(HeldBytes.HIGH_WATER_MARK);
        assertThat(this.channel.config().isAutoRead()).isTrue();
        assertThat(this.held.readsOn()).isFalse();
        assertThat(this.channel.config().isAutoRead()).isFalse();
        waits.release();
        assertThat(this.channel.config().isAutoRead()).isTrue();
        assertThat(this.held.readsOn()).isTrue();
    }
}
