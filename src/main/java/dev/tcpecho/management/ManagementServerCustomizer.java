package dev.tcpecho.management;

import dev.tcpecho.tls.ClientCloseNotify;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.PreferHeapByteBufAllocator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** {@link NettyServerCustomizer} that bounds what strangers can ask of the management port, and counts refusals. */
final class ManagementServerCustomizer implements NettyServerCustomizer {

    /** On the heap: health and metrics answer while clients of the echo hold all direct memory. */
    private static final ByteBufAllocator HEAP = new PreferHeapByteBufAllocator(new UnpooledByteBufAllocator(false));

    private final ManagementRefusals refusals;

    private final ManagementConnections connections;

    private final long timeoutMillis;

    /** Takes how long a connection may be without a request, or take nothing of its answer. */
    ManagementServerCustomizer(ManagementRefusals refusals, ManagementConnections connections, Duration timeout) {
        this.refusals = refusals;
        this.connections = connections;
        this.timeoutMillis = timeout.toMillis();
        initializeCodec();
    }

    /** Its constants are direct memory: at a first request for which there is none, the class would fail for good. */
    private static void initializeCodec() {
        new HttpServerCodec();
    }

    @Override
    public HttpServer apply(HttpServer server) {
        return server.childOption(ChannelOption.ALLOCATOR, HEAP)
                .doOnBound(bound -> bound.channel().pipeline().addFirst("management.connections", this.connections))
                .doOnChannelInit((observer, channel, remoteAddress) -> followRequests(channel));
    }

    private void followRequests(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        if (pipeline.get(NettyPipeline.HttpCodec) != null) {
            // ManagementRequests closes instead of Netty, as soon as nothing is unanswered.
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            ManagementRequests requests = new ManagementRequests(this.refusals, this.connections, this.timeoutMillis);
            pipeline.addBefore(NettyPipeline.HttpCodec, "management.beginnings", requests.beginnings())
                    .addAfter(NettyPipeline.HttpCodec, "management.requests", requests);
            if (pipeline.get(NettyPipeline.SslHandler) != null) {
                pipeline.addBefore(NettyPipeline.SslHandler, "management.client-close-notify", new ClientCloseNotify());
            }
        }
        pipeline.addFirst(
                "management.idle", new IdleStateHandler(true, 0, 0, this.timeoutMillis, TimeUnit.MILLISECONDS));
        this.connections.registered();
    }
}
