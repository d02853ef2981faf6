#!/usr/bin/env bash
# Java's TLS engine ends the handshake of a client that sends early data for a session of another server.
#
# Seen with OpenJDK 17 and 25 behind Netty 4.2.18's SslHandler: the server cannot know the session and answers with a full
# handshake, which is right. Then it takes the early data for the next record of the handshake, cannot decrypt it, and ends
# the connection with the alert bad_record_mac. OpenSSL's s_server skips the early data of the same client and goes on. So
# a client with sessions of nginx and ssl_early_data fails when its name moves to a Java service.
#
# Source: RFC 8446, section 4.2.10, says that a server which rejects early data skips it up to a limit.
# Instead: turn early data off before the move, longer ago than a session lives.
set -euo pipefail
netty=4.2.18.Final
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
cat >"$work/pom.xml" <<END
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.netty</groupId><artifactId>netty-handler</artifactId><version>$netty</version>
    </dependency>
  </dependencies>
</project>
END
cat >"$work/EarlyData.java" <<'END'
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.File;
import java.net.InetSocketAddress;

class EarlyData {
    public static void main(String[] args) throws Exception {
        SslContext tls = SslContextBuilder.forServer(new File(args[0], "tls.crt"), new File(args[0], "tls.key"))
                .sslProvider(SslProvider.JDK).build();
        Channel server = new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(tls.newHandler(channel.alloc()), new Echo());
                    }
                })
                .bind("127.0.0.1", 0).sync().channel();
        System.out.println(((InetSocketAddress) server.localAddress()).getPort());
        Thread.sleep(60_000);
        System.exit(0);
    }

    static final class Echo extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
END
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
  -addext subjectAltName=DNS:localhost -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
mvn -q -B -f "$work/pom.xml" dependency:build-classpath -Dmdep.outputFile="$work/classpath"
java -cp "$(cat "$work/classpath")" "$work/EarlyData.java" "$work" >"$work/port" 2>/dev/null &
for _ in $(seq 300); do
  if [ -s "$work/port" ]; then break; fi
  sleep 0.1
done

# Two servers of OpenSSL that take early data: one gives the session, and the other does not know it.
server() {
  sleep 60 | timeout 60 openssl s_server -accept "localhost:$1" -cert "$work/tls.crt" -key "$work/tls.key" \
    -tls1_3 -early_data -quiet >"$work/received$1" 2>&1 &
}
port=$((RANDOM % 8000 + 24000))
server "$port"
server "$((port + 1))"
for _ in $(seq 100); do
  if (sleep 1) | timeout 5 openssl s_client -connect "localhost:$port" -tls1_3 -sess_out "$work/session" \
    >/dev/null 2>&1 && [ -s "$work/session" ]; then break; fi
  sleep 0.1
done
echo early >"$work/early"

# Says what the client saw: seen PORT
seen() {
  local output
  output=$( (sleep 0.5 && echo hello && sleep 1) | timeout 10 openssl s_client -connect "localhost:$1" -tls1_3 \
    -sess_in "$work/session" -early_data "$work/early" 2>&1 || true)
  echo "$output" | grep -o 'Early data was rejected\|SSL alert number [0-9]*' | paste -sd ,
}
failed=false
# Expects what the client sees at a server: expect NAME PORT TEXT
expect() {
  local text
  text=$(seen "$2")
  echo "$1: $text"
  [ "$text" = "$3" ] || failed=true
}
java -version 2>&1 | head -n 1
expect 'the other server of OpenSSL' "$((port + 1))" 'Early data was rejected'
expect 'Java' "$(cat "$work/port")" 'Early data was rejected,SSL alert number 20'
grep -q '^hello$' "$work/received$((port + 1))" || failed=true
if "$failed"; then
  echo 'FAILED: this is not what was seen before'
  exit 1
fi
