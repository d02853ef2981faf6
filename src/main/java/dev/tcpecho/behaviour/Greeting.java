package dev.tcpecho.behaviour;

import dev.tcpecho.BehaviourProperties;
import dev.tcpecho.BehaviourProperties.Format;
import dev.tcpecho.address.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
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
                json.add("isTLS", facts -> facts.session() != null);
                json.add("tls", Facts::session).whenNotNull().usingMembers(tls -> {
                    tls.add("version", SSLSession::getProtocol);
                    tls.add("serverName", Facts::serverName);
                    tls.add("cipherSuite", SSLSession::getCipherSuite);
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
            @Nullable SSLSession session) {

        static Facts of(BehaviourContext context, Host host) {
            Channel channel = context.channel();
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            return new Facts(
                    host,
                    context.listener(),
                    (channel.localAddress() instanceof InetSocketAddress local) ? local.getPort() : 0,
                    NetUtil.toSocketAddressString(ClientAddress.socketAddressOf(channel)),
                    context.connection(),
                    (tls != null) ? tls.engine().getSession() : null);
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

        /** The name that the client asked for (RFC 6066, section 3), or nothing. */
        static String serverName(@Nullable SSLSession session) {
            return (session instanceof ExtendedSSLSession extended)
                    ? extended.getRequestedServerNames().stream()
                            .filter(SNIHostName.class::isInstance)
                            .map(name -> ((SNIHostName) name).getAsciiName())
                            .findFirst()
                            .orElse("")
                    : "";
        }

        String get(String placeholder) {
            return switch (placeholder) {
                case "hostname" -> hostname();
                case "listener" -> this.listener;
                case "port" -> String.valueOf(this.port);
                case "remote" -> this.remote;
                case "sni" -> serverName(this.session);
                case "connection" -> String.valueOf(this.connection);
                default -> throw new IllegalArgumentException(placeholder);
            };
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
