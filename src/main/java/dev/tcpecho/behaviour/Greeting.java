package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.Format;
import dev.tcpecho.address.ClientAddress;
import dev.tcpecho.tls.ServerName;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sends a text, or what is known of the connection as JSON, before any byte of the client. */
final class Greeting implements Behaviour {

    static final String NAME = "greeting";

    private static final Pattern PLACEHOLDER_OR_ESCAPE = Pattern.compile("\\{(\\w+)}|\\\\(.)");

    private static final JsonWriter<Facts> JSON = JsonWriter.<Facts>of(json -> {
                json.add("namespace", Facts::namespace).whenHasLength();
                json.add("pod", Facts::pod).whenHasLength();
                json.add("hostname", Facts::hostname);
                json.add("listener", Facts::listener);
                json.add("tcpport", facts -> String.valueOf(facts.port()));
                json.add("remote", Facts::remote);
                json.add("connection", Facts::connection);
                json.add("isTLS", facts -> facts.tls() != null);
                json.add("tls", Facts::tls).whenNotNull().usingMembers(tls -> {
                    tls.add("version", Tls::version);
                    tls.add("serverName", Tls::serverName);
                    tls.add("cipherSuite", Tls::cipherSuite);
                });
            })
            .withNewLineAtEnd();

    private final BehaviourProperties.Greeting properties;

    private final Host host;

    Greeting(BehaviourProperties.Greeting properties, Host host) {
        this.properties = properties;
        this.host = host;
    }

    @Override
    public Flux<ByteBuf> apply(Flux<ByteBuf> stream, BehaviourContext context) {
        return Flux.concat(Mono.fromSupplier(() -> greet(context)), stream);
    }

    private ByteBuf greet(BehaviourContext context) {
        Facts facts = Facts.of(context, this.host);
        String text = (this.properties.format() == Format.JSON)
                ? JSON.writeToString(facts)
                : fill(this.properties.text(), facts);
        context.acted(NAME, 1);
        return ByteBufUtil.writeUtf8(context.alloc(), text);
    }

    private static String fill(String text, Facts facts) {
        return PLACEHOLDER_OR_ESCAPE
                .matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(
                        (match.group(1) != null) ? facts.get(match.group(1)) : unescape(match.group(2))));
    }

    private static String unescape(String escaped) {
        return switch (escaped) {
            case "r" -> "\r";
            case "n" -> "\n";
            case "t" -> "\t";
            default -> escaped;
        };
    }

    /** What is known of a connection. */
    private record Facts(
            Host host,
            String listener,
            int port,
            String remote,
            long connection,
            @Nullable Tls tls) {

        static Facts of(BehaviourContext context, Host host) {
            Channel channel = context.channel();
            return new Facts(
                    host,
                    context.listener(),
                    (channel.localAddress() instanceof InetSocketAddress local) ? local.getPort() : 0,
                    ClientAddress.describeWithPort(channel),
                    context.connection(),
                    Tls.of(channel));
        }

        String hostname() {
            return this.host.name();
        }

        String pod() {
            return this.host.pod();
        }

        String namespace() {
            return this.host.namespace();
        }

        String get(String placeholder) {
            return switch (placeholder) {
                case "hostname" -> hostname();
                case "listener" -> this.listener;
                case "port" -> String.valueOf(this.port);
                case "remote" -> this.remote;
                case "sni" -> (this.tls != null) ? this.tls.serverName() : "";
                case "connection" -> String.valueOf(this.connection);
                default -> throw new IllegalArgumentException(placeholder);
            };
        }
    }

    /**
     * The TLS of a connection.
     *
     * @param version the protocol
     * @param serverName the name that the client asked for, or nothing
     * @param cipherSuite the cipher suite
     */
    private record Tls(String version, String serverName, String cipherSuite) {

        static @Nullable Tls of(Channel channel) {
            SslHandler handler = channel.pipeline().get(SslHandler.class);
            if (handler == null) {
                return null;
            }
            SSLSession session = handler.engine().getSession();
            return new Tls(session.getProtocol(), ServerName.of(channel), session.getCipherSuite());
        }
    }

    /**
     * Where the service runs.
     *
     * @param name the host's name
     * @param pod the name of the Kubernetes pod, or nothing
     * @param namespace its namespace, or nothing
     */
    record Host(String name, String pod, String namespace) {}
}
