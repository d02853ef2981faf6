#!/usr/bin/env bash
# Reactor Netty does not tell why a socket of UDP could not be bound.
#
# Seen with Reactor Netty 1.3.8: when a UdpServer cannot be bound, the ChannelBindException has the address and no cause. A
# port that is in use, an address of another host and a privileged port look the same. The ChannelBindException of a
# TcpServer names the reason as its cause.
#
# Source: NewConnectionProvider.DisposableConnect.onError of Reactor Netty, which passes null for the cause.
# Instead: add a ChannelOutboundHandler in doOnChannelInit, whose bind(...) listens to the promise and keeps its cause.
set -euo pipefail
version=1.3.8
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.projectreactor.netty</groupId><artifactId>reactor-netty-core</artifactId><version>$version</version>
      <exclusions>
        <exclusion><groupId>io.netty</groupId><artifactId>netty-resolver-dns-native-macos</artifactId></exclusion>
        <exclusion><groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId></exclusion>
      </exclusions>
    </dependency>
  </dependencies>
</project>
END
cat >"$work/BindTwice.java" <<'END'
import java.util.concurrent.Callable;
import reactor.netty.Connection;
import reactor.netty.DisposableServer;
import reactor.netty.tcp.TcpServer;
import reactor.netty.udp.UdpServer;

class BindTwice {
    public static void main(String[] args) {
        DisposableServer tcp = TcpServer.create().host("127.0.0.1").port(0).bindNow();
        TcpServer secondTcp = TcpServer.create().host("127.0.0.1").port(tcp.port());
        System.out.println("tcp: " + causeOf(secondTcp::bindNow));
        Connection udp = UdpServer.create().host("127.0.0.1").port(0).bindNow();
        int port = ((java.net.InetSocketAddress) udp.channel().localAddress()).getPort();
        UdpServer secondUdp = UdpServer.create().host("127.0.0.1").port(port);
        System.out.println("udp: " + causeOf(secondUdp::bindNow));
        System.exit(0);
    }

    static String causeOf(Callable<?> bind) {
        try {
            bind.call();
            return "bound";
        } catch (Exception ex) {
            return ex.getClass().getSimpleName() + " with the cause " + ex.getCause();
        }
    }
}
END
cd "$work"
mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -nowarn -cp 'lib/*' BindTwice.java
seen=$(java -cp 'lib/*:.' BindTwice 2>/dev/null | grep '^[tu][cd]p:')
echo "Reactor Netty $version:"
echo "$seen"
if ! grep -q '^tcp: ChannelBindException with the cause .*Address already in use' <<<"$seen" ||
  ! grep -q '^udp: ChannelBindException with the cause null' <<<"$seen"; then
  echo 'that is not what was seen before'
  exit 1
fi
