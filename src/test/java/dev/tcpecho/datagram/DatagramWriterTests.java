package dev.tcpecho.datagram;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.metrics.DatagramMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** The memory of datagrams that the kernel does not take. */
class DatagramWriterTests {

    private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.1", 12_345);

    private final EmbeddedChannel socket = new EmbeddedChannel() {

        @Override
        protected void doWrite(ChannelOutboundBuffer full) {}
    };

    private final ByteBuf block = Unpooled.directBuffer(65_536).writeZero(65_536);

    private final DatagramWriter writer = newWriter();

    private DatagramWriter newWriter() {
        DatagramMetrics metrics = new DatagramMetrics(new SimpleMeterRegistry(), "plain", () -> 0);
        DatagramWriter writer = new DatagramWriter(
                this.socket,
                datagram -> 0,
                new AtomicLong(),
                metrics,
                new DropLog("plain", metrics),
                new BaseSubscriber<Void>() {});
        Flux.<DatagramPacket>never().subscribe(writer);
        return writer;
    }

    /** Echoes a datagram that was read into the block, as a read does. */
    private void echo() {
        DatagramPacket datagram = new DatagramPacket(this.block.retainedSlice(0, 1), CLIENT, CLIENT);
        this.writer.onNext(datagram);
        datagram.release();
        this.socket.pipeline().fireChannelReadComplete();
    }

    @AfterEach
    void close() {
        this.socket.close();
        assertThat(this.block.refCnt()).isOne();
        this.block.release();
    }

    @Test
    void behindOneThatTheKernelDoesNotTakeTheOthersNeedNoBlock() {
        echo();
        assertThat(this.block.refCnt()).isEqualTo(2);
        for (int i = 0; i < 100; i++) {
            echo();
        }
        assertThat(this.block.refCnt()).isEqualTo(2);
        assertThat(this.socket.unsafe().outboundBuffer().size()).isEqualTo(101);
    }
}
