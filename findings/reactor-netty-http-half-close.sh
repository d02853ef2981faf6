#!/usr/bin/env bash
# Reactor Netty's HTTP server gives no answer to a client that ends its stream behind the request, if the answer takes a
# moment.
#
# Seen with Reactor Netty 1.3.8: a request whose sender then half-closes, as `nc -N` and some health checkers do, is
# answered if the handler answers at once. If the answer comes 50 ms later, the server has closed the connection by then,
# with a clean end and without a line in the log.
#
# Source: https://github.com/reactor/reactor-netty/issues/1764 has the same question for the other side.
# Instead: set ChannelOption.ALLOW_HALF_CLOSURE on each connection, and close it yourself: at ChannelInputShutdownEvent if
# no request is unanswered, else behind the last answer. On epoll also drop reads behind that event: see
# netty-epoll-empty-interest.sh. With TLS, keep SslCloseCompletionEvent from Reactor Netty, which closes at it.
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
      <groupId>io.projectreactor.netty</groupId><artifactId>reactor-netty-http</artifactId><version>$version</version>
      <exclusions>
        <exclusion><groupId>io.netty</groupId><artifactId>netty-codec-native-quic</artifactId></exclusion>
        <exclusion><groupId>io.netty</groupId><artifactId>netty-resolver-dns-native-macos</artifactId></exclusion>
        <exclusion><groupId>io.netty</groupId><artifactId>netty-transport-native-epoll</artifactId></exclusion>
      </exclusions>
    </dependency>
  </dependencies>
</project>
END
cat >"$work/HalfClose.java" <<'END'
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

class HalfClose {
    public static void main(String[] args) {
        DisposableServer server = HttpServer.create().port(0).route(routes -> routes
                .get("/at-once", (request, response) -> response.sendString(Mono.just("answer")))
                .get("/later", (request, response) ->
                        response.sendString(Mono.delay(Duration.ofMillis(50)).map(late -> "answer"))))
                .bindNow();
        for (String path : new String[] {"/at-once", "/later"}) {
            for (boolean halfClose : new boolean[] {false, true}) {
                int answers = 0;
                for (int i = 0; i < 10; i++) {
                    answers += answered(server.port(), path, halfClose) ? 1 : 0;
                }
                System.out.println(path + (halfClose ? " half-closed: " : " open: ") + answers + " of 10");
            }
        }
        server.disposeNow();
    }

    static boolean answered(int port, String path, boolean halfClose) {
        try (Socket client = new Socket("127.0.0.1", port)) {
            client.setSoTimeout(5000);
            client.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            if (halfClose) {
                client.shutdownOutput();
            }
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200");
        } catch (IOException ex) {
            return false;
        }
    }
}
END
cd "$work"
mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib >/dev/null
javac -nowarn -cp 'lib/*' HalfClose.java
seen=$(java -cp 'lib/*:.' HalfClose 2>/dev/null | grep ' of 10')
echo "Reactor Netty $version:"
echo "$seen"
for line in '/at-once open: 10 of 10' '/later open: 10 of 10' '/later half-closed: 0 of 10'; do
  if ! grep -qx "$line" <<<"$seen"; then
    echo 'that is not what was seen before'
    exit 1
  fi
done
