#!/usr/bin/env bash
# Netty's epoll breaks a connection off that waited for neither input nor output.
#
# Seen with Netty 4.2.18.Final: when the last interest of a channel is cleared, EpollIoHandler takes its descriptor out of
# the interest list, but goes on taking it for listed. The next interest is then a change of an entry that does not exist:
# `epoll_ctl(..) failed with error(-2): No such file or directory`, and the connection is closed with its data unsent. It
# takes a peer that has ended its stream (which clears EPOLLRDHUP), and an answer that comes later and does not fit the
# send buffer at once. NIO sends the same answer whole.
#
# Source: https://github.com/netty/netty/pull/16689, which began to take descriptors out of the list.
# Instead: wrap the IoHandler, and submit EpollIoOps.EPOLLET in the place of EpollIoOps.NONE; or never let a channel with
# half-closure wait for nothing.
set -euo pipefail
version=4.2.18.Final
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId><version>$version</version>
      <classifier>linux-$(uname -m | sed s/aarch/aarch_/)</classifier>
    </dependency>
  </dependencies>
</project>
END
cat >"$work/LateAnswer.java" <<'END'
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.*;
import io.netty.channel.epoll.*;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.*;
import java.util.concurrent.TimeUnit;

class LateAnswer {
    static final int ANSWER = 512 * 1024;

    public static void main(String[] args) throws Exception {
        System.out.println("nio: " + bytesOfAnswer(NioIoHandler.newFactory(), NioServerSocketChannel.class));
        System.out.println("epoll: " + bytesOfAnswer(EpollIoHandler.newFactory(), EpollServerSocketChannel.class));
    }

    static String bytesOfAnswer(IoHandlerFactory io, Class<? extends ServerChannel> type) throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, io);
        StringBuffer failure = new StringBuffer();
        Channel listener = new ServerBootstrap().group(loops).channel(type)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.SO_SNDBUF, 8192)
                .childHandler(new ChannelInitializer<Channel>() {
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                            public void userEventTriggered(ChannelHandlerContext context, Object event) {
                                if (event == ChannelInputShutdownReadComplete.INSTANCE) {
                                    context.executor().schedule(() -> answer(context, failure), 100, TimeUnit.MILLISECONDS);
                                }
                            }
                        });
                    }
                }).bind(InetAddress.getLoopbackAddress(), 0).sync().channel();
        try (Socket client = new Socket()) {
            client.setReceiveBufferSize(8192);
            client.setSoTimeout(10_000);
            client.connect(listener.localAddress());
            client.getOutputStream().write(1);
            client.shutdownOutput();
            boolean whole = client.getInputStream().readAllBytes().length == ANSWER;
            // Then everybody has been told of the failure.
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
            return (whole ? "whole" : "cut off") + " " + failure;
        }
    }

    static void answer(ChannelHandlerContext context, StringBuffer failure) {
        context.writeAndFlush(Unpooled.wrappedBuffer(new byte[ANSWER])).addListener((ChannelFuture written) -> {
            for (Throwable cause = written.cause(); cause != null; cause = cause.getCause()) {
                if (String.valueOf(cause.getMessage()).startsWith("epoll_ctl")) {
                    failure.append(cause.getMessage());
                }
            }
            written.channel().close();
        });
    }
}
END
cd "$work"
mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -nowarn -cp 'lib/*' LateAnswer.java
seen=$(java -cp 'lib/*:.' LateAnswer 2>/dev/null)
echo "Netty $version:"
echo "$seen"
if ! grep -q '^nio: whole' <<<"$seen" || ! grep -q '^epoll: cut off epoll_ctl(..) failed with error(-2)' <<<"$seen"; then
  echo 'that is not what was seen before'
  exit 1
fi
