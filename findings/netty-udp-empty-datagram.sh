#!/usr/bin/env bash
# Netty sends no datagram without a byte, and on epoll sends the datagrams behind it twice.
#
# Seen with Netty 4.2.18.Final: a write of a DatagramPacket without a byte succeeds on NIO and on epoll, and nothing is sent,
# though UDP allows such datagrams (RFC 768: a length of 8 is a header alone). On epoll, several writes that are flushed
# together go to sendmmsg. There the empty one takes no place, but the count of what was sent takes as many writes from the
# front of the queue, the empty one first. So the last datagrams stay in the queue, and are sent again.
# Of `empty, a, b` a peer gets `a, b` on NIO, and `a, b, b` on epoll.
#
# Source: NioDatagramChannel.doWriteMessage, EpollDatagramChannel.doWrite and NativeDatagramPacketArray.add0 of Netty.
# Instead: flush, and send the empty datagram past the channel: by DatagramChannel.send of Java on NIO, which has to be
# unconnected, and by io.netty.channel.unix.Socket.sendTo on epoll.
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
cat >"$work/Empty.java" <<'END'
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.*;
import io.netty.channel.epoll.*;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.*;
import java.nio.charset.StandardCharsets;

class Empty {
    public static void main(String[] args) throws Exception {
        System.out.println("nio: " + received(NioIoHandler.newFactory(), NioDatagramChannel.class));
        System.out.println("epoll: " + received(EpollIoHandler.newFactory(), EpollDatagramChannel.class));
    }

    /** What a peer gets of three writes, each of which succeeds. */
    static String received(IoHandlerFactory io, Class<? extends Channel> type) throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, io);
        try (DatagramSocket peer = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            peer.setSoTimeout(1000);
            Channel channel = new Bootstrap().group(loops).channel(type)
                    .handler(new ChannelInboundHandlerAdapter()).bind("127.0.0.1", 0).sync().channel();
            InetSocketAddress recipient = (InetSocketAddress) peer.getLocalSocketAddress();
            channel.eventLoop().submit(() -> {
                for (String text : new String[] {"", "a", "b"}) {
                    channel.write(new DatagramPacket(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII), recipient))
                            .addListener(write -> System.err.println(text + " written: " + write.isSuccess()));
                }
                channel.flush();
            }).sync();
            StringBuilder all = new StringBuilder();
            try {
                while (true) {
                    java.net.DatagramPacket packet = new java.net.DatagramPacket(new byte[10], 10);
                    peer.receive(packet);
                    all.append('[').append(new String(packet.getData(), 0, packet.getLength())).append(']');
                }
            } catch (SocketTimeoutException end) {
                return all.toString();
            }
        } finally {
            loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).sync();
        }
    }
}
END
mvn -q -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/lib"
javac -cp "$work/lib/*" -d "$work" "$work/Empty.java"
seen=$(java -cp "$work:$work/lib/*" Empty 2>/dev/null)
echo "Netty $version:"
echo "$seen"
expected='nio: [a][b]
epoll: [a][b][b]'
if [ "$seen" != "$expected" ]; then
  echo 'that is not what was seen before'
  exit 1
fi
