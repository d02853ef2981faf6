#!/usr/bin/env bash
# Netty's Unix sockets of NIO and io_uring close when the client half-closes, though ALLOW_HALF_CLOSURE is true.
#
# Seen with Netty 4.2.18.Final: a child channel with half closure allowed gets ChannelInputShutdownEvent over TCP on every
# transport, and over a Unix socket on epoll. Over a Unix socket on NIO (NioServerDomainSocketChannel) and on io_uring
# (IoUringServerDomainSocketChannel) the channel closes at the end of the client's stream, without the event. An answer that
# a handler wanted to write then is lost, and the client sees a clean end.
# On NIO, `childOption` does not know the option either: `DuplexChannelConfig.setAllowHalfClosure` sets a flag, and the code
# that reads never asks for it.
#
# Source: isAllowHalfClosure of AbstractNioByteChannel and of AbstractIoUringStreamChannel ask whether the configuration is a
# SocketChannelConfig, which that of these Unix channels is not.
# Instead: a RecvByteBufAllocator whose handle, where lastBytesRead gets -1, tells of 0 bytes, sets auto-read to false, and
# fires the event itself.
set -euo pipefail
version=4.2.18.Final
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
platform=linux-$(uname -m | sed s/aarch/aarch_/)
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId><version>$version</version>
      <classifier>$platform</classifier>
    </dependency>
    <dependency>
      <groupId>io.netty</groupId><artifactId>netty-transport-native-io_uring</artifactId><version>$version</version>
      <classifier>$platform</classifier>
    </dependency>
  </dependencies>
</project>
END
cat >"$work/HalfClosure.java" <<'END'
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.*;
import io.netty.channel.epoll.*;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.*;
import io.netty.channel.socket.nio.*;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.uring.*;
import java.io.IOException;
import java.net.*;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;

class HalfClosure {
    public static void main(String[] args) throws Exception {
        Path path = Path.of(args[0], "socket");
        InetSocketAddress port = new InetSocketAddress("127.0.0.1", 0);
        UnixDomainSocketAddress java = UnixDomainSocketAddress.of(path);
        DomainSocketAddress netty = new DomainSocketAddress(path.toString());
        show("nio tcp", NioIoHandler.newFactory(), NioServerSocketChannel.class, port, path);
        show("nio unix", NioIoHandler.newFactory(), NioServerDomainSocketChannel.class, java, path);
        show("epoll tcp", EpollIoHandler.newFactory(), EpollServerSocketChannel.class, port, path);
        show("epoll unix", EpollIoHandler.newFactory(), EpollServerDomainSocketChannel.class, netty, path);
        if (IoUring.isAvailable()) {
            show("io_uring tcp", IoUringIoHandler.newFactory(), IoUringServerSocketChannel.class, port, path);
            show("io_uring unix", IoUringIoHandler.newFactory(), IoUringServerDomainSocketChannel.class, netty, path);
        }
    }

    /** Prints what a client gets that half-closes, of a server that says `answer` then. */
    static void show(String name, IoHandlerFactory io, Class<? extends ServerChannel> type, SocketAddress address,
            Path path) throws Exception {
        Files.deleteIfExists(path);
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, io);
        Channel server = new ServerBootstrap().group(loops).channel(type).childHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                ((DuplexChannelConfig) channel.config()).setAllowHalfClosure(true);
                channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        if (event == ChannelInputShutdownEvent.INSTANCE) {
                            ctx.writeAndFlush(Unpooled.copiedBuffer("answer", StandardCharsets.US_ASCII))
                                    .addListener(ChannelFutureListener.CLOSE);
                        }
                    }
                });
            }
        }).bind(address).sync().channel();
        SocketAddress target = (address instanceof InetSocketAddress)
                ? server.localAddress() : UnixDomainSocketAddress.of(path);
        try (SocketChannel client = SocketChannel.open(target)) {
            client.shutdownOutput();
            ByteBuffer all = ByteBuffer.allocate(100);
            while (client.read(all) >= 0) {
                // Until the end.
            }
            System.out.println(name + ": [" + new String(all.array(), 0, all.position()) + "]");
        } finally {
            loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).sync();
        }
    }
}
END
mvn -q -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/lib"
javac -cp "$work/lib/*" -d "$work" "$work/HalfClosure.java"
seen=$(java -cp "$work:$work/lib/*" HalfClosure "$work" 2>/dev/null)
echo "Netty $version:"
echo "$seen"
expected='nio tcp: [answer]
nio unix: []
epoll tcp: [answer]
epoll unix: [answer]'
if grep -q io_uring <<<"$seen"; then
  expected+='
io_uring tcp: [answer]
io_uring unix: []'
fi
if [ "$seen" != "$expected" ]; then
  echo 'that is not what was seen before'
  exit 1
fi
